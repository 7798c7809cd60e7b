package filehash_test

import (
	"os"
	"path/filepath"
	"testing"

	"vapoflow/internal/filehash"
)

// The value is that of FIPS 180-4's example "abc".
func TestSHA256(t *testing.T) {
	path := filepath.Join(t.TempDir(), "abc")
	if err := os.WriteFile(path, []byte("abc"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := filehash.SHA256(path)
	if want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	if _, err := filehash.SHA256(path + "x"); !os.IsNotExist(err) {
		t.Errorf("a file that is not there: %v", err)
	}
}
