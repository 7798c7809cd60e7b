// Package atomicfile writes files that are whole or absent, after a power cut too.
package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// Suffix ends the names of temporary files and folders, which begin with a dot, so that Sweep takes no others.
const Suffix = ".unfinished"

// Fault, where a campaign of faults sets it, is asked before each operation on the disk: "create", "write", "sync", "rename" or
// "syncdir". Its error is then that of the operation, which is not done.
var Fault func(operation, path string) error

func fault(operation, path string) error {
	if Fault == nil {
		return nil
	}
	return Fault(operation, path)
}

// Write writes a file beside path and renames it, so that path is never half a file. File and folder are synchronised with the
// disk: once Write has returned, a power cut leaves the new file. The folder of path must exist.
func Write(path string, write func(*os.File) error) error {
	f, err := create(path)
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone already where the renaming went well
	if err = fault("write", path); err == nil {
		err = write(f)
	}
	if err == nil {
		err = fault("sync", path)
	}
	if err == nil {
		err = f.Sync() // before the renaming: else the name can reach the disk without its bytes
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return Rename(f.Name(), path)
}

// create makes a new file beside path, with the permissions that the user's umask gives.
func create(path string) (*os.File, error) {
	if err := fault("create", path); err != nil {
		return nil, err
	}
	named, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*"+Suffix) // finds a free name, but is private
	if err != nil {
		return nil, err
	}
	name := named.Name()
	if err := errors.Join(named.Close(), os.Remove(name)); err != nil {
		return nil, err
	}
	return os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
}

// WriteBytes writes a whole file in one step.
func WriteBytes(path string, content []byte) error {
	return Write(path, func(f *os.File) error { _, err := f.Write(content); return err })
}

// Rename is os.Rename of what is on the disk already, and lasts through a power cut. from and to lie in one folder.
func Rename(from, to string) error {
	if err := Move(from, to); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(to))
}

// Move is os.Rename: it happens at once or not at all, and may not last through a power cut.
func Move(from, to string) error {
	if err := fault("rename", to); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// SyncDir makes the names in a folder last. File systems that cannot do this, some network ones, are taken as they are.
func SyncDir(dir string) error {
	if err := fault("syncdir", dir); err != nil {
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	if err := d.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) {
		return errors.Join(err, d.Close())
	}
	return d.Close()
}

// MkdirAll is os.MkdirAll with the user's umask, and the folder's name lasts.
func MkdirAll(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return SyncDir(filepath.Dir(dir))
}

// SyncTree makes every file and folder below dir last.
func SyncTree(dir string) error {
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return SyncDir(path)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		return errors.Join(f.Sync(), f.Close())
	})
}

// Sweep removes what killed processes left of files and folders that were never finished: those in dir that are older than an
// hour, so that no other process is still at them.
func Sweep(dir string) {
	left, _ := filepath.Glob(filepath.Join(dir, ".*"+Suffix)) // fails on a bad pattern only
	for _, path := range left {
		if stat, err := os.Stat(path); err == nil && time.Since(stat.ModTime()) > sweepAge {
			os.RemoveAll(path)
		}
	}
}

const sweepAge = time.Hour
