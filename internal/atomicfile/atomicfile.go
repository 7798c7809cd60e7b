// Package atomicfile writes files that are whole or absent.
package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
)

// Write writes a file beside path and renames it, so that path is never half a file. The folder of
// path must exist.
func Write(path string, write func(*os.File) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())                              // gone already where the renaming went well
	err = errors.Join(write(f), f.Chmod(0o644), f.Close()) // CreateTemp's files are private
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// WriteBytes writes a whole file in one step.
func WriteBytes(path string, content []byte) error {
	return Write(path, func(f *os.File) error { _, err := f.Write(content); return err })
}
