// Package regular reads regular files, and no pipe, device or folder: reading one could wait or go on for ever.
package regular

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Open opens a regular file and tells its size.
func Open(path string) (f *os.File, size int64, err error) {
	stat, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if err := check(path, stat); err != nil {
		return nil, 0, err
	}
	f, err = os.Open(path)
	return f, stat.Size(), err
}

// ReadFile reads a regular file of at most that many bytes.
func ReadFile(path string, most int64) ([]byte, error) {
	f, size, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(path, f, size, most)
}

// ReadFS is ReadFile in a file system.
func ReadFS(fsys fs.FS, name string, most int64) ([]byte, error) {
	stat, err := fs.Stat(fsys, name)
	if err != nil {
		return nil, err
	}
	if err := check(name, stat); err != nil {
		return nil, err
	}
	f, err := fsys.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(name, f, stat.Size(), most)
}

func check(name string, stat fs.FileInfo) error {
	if !stat.Mode().IsRegular() {
		return fmt.Errorf("%s is no regular file (%s)", name, stat.Mode())
	}
	return nil
}

func read(name string, f io.Reader, size, most int64) ([]byte, error) {
	if size > most {
		return nil, fmt.Errorf("%s has %d bytes, and at most %d are read", name, size, most)
	}
	content := make([]byte, size)
	if _, err := io.ReadFull(f, content); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return content, nil
}
