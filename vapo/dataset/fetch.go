package dataset

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"vapoflow/internal/download"
)

// archive is a file that can be downloaded: a .tar.gz with one folder of plain files, or a file that goes into the
// folder as it is.
type archive struct {
	url    string
	sha256 string
	folder string
	plain  bool
}

// archives holds what Fetch knows. The official page of CIFAR gives MD5, c32a1d4ab5d03f1284b67883e8d87530 for CIFAR-10 and
// 03b5dce01913d631647c71ecec9e9cb8 for CIFAR-100; the SHA-256 are those that GoMLX's and torchvision-ruby's loaders check
// for the same addresses. For SVHN see svhn.go.
var archives = map[string][]archive{
	"cifar10": {{
		url:    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
		sha256: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
		folder: cifarFolder,
	}},
	"cifar100": {{
		url:    "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz",
		sha256: "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec",
		folder: cifar100Folder,
	}},
	"svhn": {svhnArchive("train"), svhnArchive("test")},
}

func svhnArchive(split string) archive {
	file := svhnFiles[split]
	return archive{url: "http://ufldl.stanford.edu/housenumbers/" + file.name, sha256: file.sha256, folder: svhnFolder, plain: true}
}

// Fetch downloads the set called name from its official address into dir, checks the archive's SHA-256, and unpacks
// it. The folder appears complete or not at all. An interrupted download goes on where it stopped when Fetch is called
// again; data that is already there and sound is left alone. progress, unless nil, is told the bytes done and the
// total, or -1 where the server does not tell, of one file after another.
func Fetch(ctx context.Context, name, dir string, progress func(done, total int64)) error {
	files, ok := archives[name]
	if !ok {
		return fmt.Errorf("dataset: %w: %q cannot be fetched; choose %s", ErrUnknown, name, strings.Join(Fetchable(), ", "))
	}
	if missing, err := missing(name, dir); err != nil || !missing {
		return err
	}
	for _, a := range files {
		if err := a.fetch(ctx, dir, progress); err != nil {
			return err
		}
	}
	return nil
}

// Unencrypted tells that a set's official address has no encryption: its pinned SHA-256 alone says that it is what it should be.
func Unencrypted(name string) bool {
	return slices.ContainsFunc(archives[name], func(a archive) bool { return !strings.HasPrefix(a.url, "https:") })
}

// Fetchable returns the names that [Fetch] knows.
func Fetchable() []string {
	var names []string
	for name := range archives {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// missing tells absent data from sound data; damaged data is an error.
func missing(name, dir string) (bool, error) {
	for _, split := range []string{"train", "test"} {
		_, err := Open(name, Options{Root: dir, Split: split})
		if errors.Is(err, ErrMissing) {
			return true, nil
		}
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

func (a archive) fetch(ctx context.Context, dir string, progress func(done, total int64)) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	target := filepath.Join(dir, a.folder, path.Base(a.url)) // of a plain file
	if _, err := os.Stat(target); a.plain && err == nil {
		return nil
	}
	if a.plain {
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return fmt.Errorf("dataset: %w", err)
		}
	} else {
		target = filepath.Join(dir, a.folder+".tar.gz")
	}
	if err := download.File(ctx, a.url, target, a.sha256, progress); err != nil {
		return fmt.Errorf("dataset: %w", err)
	}
	if a.plain {
		return nil
	}
	if err := unpack(target, dir, a.folder); err != nil {
		return err
	}
	return os.Remove(target)
}
