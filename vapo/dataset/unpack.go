package dataset

import (
	"archive/tar"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"vapoflow/internal/atomicfile"
)

// unpack puts the files of a .tar.gz into dir/folder. It works in a temporary folder beside it and renames at the end.
// Anything but plain files directly in folder, such as links or names that lead elsewhere, is an error.
func unpack(file, dir, folder string) error {
	atomicfile.Sweep(dir)
	temp, err := os.MkdirTemp(dir, ".unpack-*"+atomicfile.Suffix)
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	defer os.RemoveAll(temp)
	whole := filepath.Join(temp, folder)
	if err := os.Mkdir(whole, 0o777); err != nil { // MkdirTemp's own is private
		return fmt.Errorf("dataset: %w", err)
	}
	if err := unpackFlat(file, whole, folder); err != nil {
		return fmt.Errorf("dataset: unpacking %s: %w", file, err)
	}
	if err = atomicfile.SyncTree(whole); err == nil {
		err = atomicfile.Rename(whole, filepath.Join(dir, folder))
	}
	if err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	return nil
}

func unpackFlat(file, to, folder string) error {
	packed, err := os.Open(file)
	if err != nil {
		return err
	}
	defer packed.Close()
	plain, err := gzip.NewReader(packed)
	if err != nil {
		return err
	}
	return untar(plain, to, folder)
}

// untar takes the plain files in folder of an archive.
func untar(plain io.Reader, to, folder string) error {
	for entries := tar.NewReader(plain); ; {
		header, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := path.Clean(header.Name)
		if header.Typeflag == tar.TypeDir && name == folder {
			continue
		}
		base := path.Base(name)
		if header.Typeflag != tar.TypeReg || name != folder+"/"+base || !filepath.IsLocal(base) {
			return fmt.Errorf("unexpected entry %q: only plain files in %s/ are taken", header.Name, folder)
		}
		if err := writeFile(filepath.Join(to, base), entries); err != nil {
			return err
		}
	}
}

func writeFile(path string, from io.Reader) (err error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	_, err = io.Copy(file, from)
	return err
}
