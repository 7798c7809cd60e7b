package atomicfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vapoflow/internal/atomicfile"
)

// A write that fails leaves the old file as it was, and nothing beside it.
func TestFailureLeavesTheOldFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := atomicfile.WriteBytes(path, []byte("old")); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken")
	err := atomicfile.Write(path, func(f *os.File) error {
		if _, err := f.WriteString("half"); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Errorf("got %v, want the writer's error", err)
	}
	entries, _ := os.ReadDir(dir)
	if text, _ := os.ReadFile(path); string(text) != "old" || len(entries) != 1 {
		t.Errorf("after a failed write the file holds %q, among %d files", text, len(entries))
	}
}

// What killed processes left is swept when it is an hour old; what may be another's at work, and every other file, stays.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	old := time.Now().Add(-2 * time.Hour)
	for name, gone := range map[string]bool{".weights.npz.1234.unfinished": true, ".unpack-12.unfinished/part": true, ".new.1.unfinished": false, ".lock": false, "kept.unfinished": false} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, nil, 0o644)); err != nil {
			t.Fatal(err)
		}
		if name != ".new.1.unfinished" {
			if err := errors.Join(os.Chtimes(path, old, old), os.Chtimes(filepath.Join(dir, strings.Split(name, "/")[0]), old, old)); err != nil {
				t.Fatal(err)
			}
		}
		atomicfile.Sweep(dir)
		if _, err := os.Stat(path); os.IsNotExist(err) != gone {
			t.Errorf("%s: gone %v, want %v", name, err != nil, gone)
		}
	}
}
