package dataset

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"
)

// The hash of a folder sees the bytes of its files: another byte at the same name and size is another data set. It is read from
// the cache while sizes and times stay, and only then.
func TestFingerprintSeesBytes(t *testing.T) {
	t.Setenv("VAPO_CACHE", t.TempDir())
	folder := t.TempDir()
	names := []string{"a.png", "b.png"}
	then := time.Now().Add(-time.Hour)
	write := func(content string, at time.Time) {
		path := filepath.Join(folder, "b.png")
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	hash := func() string {
		sum, err := fingerprint(folder, os.DirFS(folder), names)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	if err := os.WriteFile(filepath.Join(folder, "a.png"), []byte("same"), 0o644); err != nil {
		t.Fatal(err)
	}
	write("one", then)
	first := hash()
	write("two", then.Add(time.Minute))
	if second := hash(); second == first {
		t.Error("another byte of the same file gave the same hash")
	}
	write("one", then.Add(2*time.Minute))
	if again := hash(); again != first {
		t.Error("the same bytes at another time gave another hash")
	}
	write("two", then) // the stamp of the first: the cache answers
	if cached := hash(); cached != first {
		t.Error("the hash was not kept by size and time")
	}
	t.Setenv("VAPO_CACHE", t.TempDir())
	if fresh := hash(); fresh == first {
		t.Error("without the cache the bytes were not read")
	}
}

func TestFingerprintNamesTheFile(t *testing.T) {
	t.Setenv("VAPO_CACHE", t.TempDir())
	if _, err := fingerprint("nowhere", fstest.MapFS{}, []string{"gone.png"}); err == nil {
		t.Error("a missing file was hashed")
	}
}
