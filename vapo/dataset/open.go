package dataset

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"vapoflow/vapo/named"
)

// Options say which part of a set is wanted and where data lies. The zero value is the training split of a set that
// needs no files.
type Options struct {
	Root  string // folder that holds the downloaded sets (the caller passes VAPO_DATA); unused by formulas and paths
	Split string // "train" (also "") or "test"; the two share no example
	Size  int    // image folders: crop centrally to a square and resize to Size×Size; 0 = images as they are. celeba: the side, 0 = 64. Noise: the side, 0 = 32

	Own named.Values // options of the set's own, where it has any
}

// Open returns the set of that name, or the user's own data where name is a path: an .npz or .npy file, or a folder
// of images. The error wraps [ErrUnknown] where the name or the split is none of the choices, and [ErrMissing] where
// the data was not found; damaged data gives an error that wraps neither.
func Open(name string, opt Options) (Dataset, error) {
	switch opt.Split {
	case "":
		opt.Split = "train"
	case "train", "test":
	default:
		return nil, fmt.Errorf("dataset: %w: split %q; choose train or test", ErrUnknown, opt.Split)
	}
	if !List.Has(name) {
		return openPath(name, opt)
	}
	set, err := List.Make(name, nil, opt.Own)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	ds, err := set.open(entry{name, List.Summary(name)}, opt)
	if _, takes := ds.(sized); err == nil && opt.Size != 0 && !takes {
		return nil, fixedSize(name, ds.Info())
	}
	return ds, err
}

// sized is what a set adds whose images take the size that is asked for.
type sized interface{ sized() }

// ErrFixedSize is wrapped by the error of a set whose examples have a size of their own, where another was asked for.
var ErrFixedSize = errors.New("the size of its examples is fixed")

func fixedSize(name string, info Info) error {
	return fmt.Errorf("dataset: %s: %w, shape %v: ask for size (image_size) 0", name, ErrFixedSize, info.Shape)
}

// openPath opens the user's own data.
func openPath(path string, opt Options) (Dataset, error) {
	ext := strings.ToLower(filepath.Ext(path))
	stat, err := os.Stat(path)
	switch {
	case err == nil && stat.IsDir():
		return openFolder(path, opt)
	case err == nil && (ext == ".npz" || ext == ".npy"):
		ds, err := openArrays(path, opt)
		if err == nil && opt.Size != 0 {
			return nil, fixedSize(path, ds.Info())
		}
		return ds, err
	case err == nil:
		return nil, fmt.Errorf("dataset: %s: a data file must be .npz or .npy (or name a folder of images)", path)
	case ext == ".npz" || ext == ".npy" || strings.ContainsAny(path, `/\`):
		full, _ := filepath.Abs(path) // a notebook's working folder is its own, not the shell's
		return nil, fmt.Errorf("dataset: %s: %w: no such file or folder as %s", path, ErrMissing, cmp.Or(full, path))
	}
	return nil, fmt.Errorf("dataset: %w: data set %q; choose one of %s, or give an .npz or .npy file or a folder of images",
		ErrUnknown, path, strings.Join(List.Names(), ", "))
}

// seedOf is the random stream of a split of a formula.
func seedOf(split string) uint64 {
	if split == "test" {
		return testSeed
	}
	return trainSeed
}
