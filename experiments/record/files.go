package record

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/filehash"
)

// WriteFile writes a whole file atomically.
func WriteFile(path string, content []byte) error {
	return atomicfile.WriteBytes(path, content)
}

// Copy copies a finished run's folder to another place, which must be free or hold a run that is not done.
func Copy(from, to string) error {
	if err := atomicfile.MkdirAll(filepath.Dir(to)); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	l, err := lock(context.Background(), to, nil)
	if err != nil {
		return err
	}
	defer l.Free()
	partial := to + partialSuffix
	if err := os.RemoveAll(partial); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if err := os.CopyFS(partial, os.DirFS(from)); err != nil {
		return fmt.Errorf("record: copying %s to %s: %w", from, to, err)
	}
	if err := atomicfile.SyncTree(partial); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if err := replace(partial, to); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// replace puts the folder from in the place of to. No moment leaves both without a whole folder.
func replace(from, to string) error {
	old := to + oldSuffix
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(to, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := atomicfile.Rename(from, to); err != nil {
		return err
	}
	return os.RemoveAll(old)
}

// hashFiles gives the sha256 and the bytes of every file below dir but the manifest, by slash-separated path.
func hashFiles(dir string) (hashes map[string]string, sizes map[string]int64, err error) {
	hashes, sizes = map[string]string{}, map[string]int64{}
	dir = resolved(dir) // a link to a folder has no files of its own
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == ManifestFile || strings.HasPrefix(d.Name(), ".") {
			return err
		}
		file, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		file = filepath.ToSlash(file)
		stat, err := os.Stat(path)
		if err != nil {
			return err
		}
		sizes[file] = stat.Size()
		hashes[file], err = filehash.SHA256(path)
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("record: %w", err)
	}
	return hashes, sizes, nil
}
