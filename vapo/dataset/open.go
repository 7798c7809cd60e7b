package dataset

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"vapoflow/vapo/mixture"
)

// Options say which part of a set is wanted and where data lies. The zero value is the training split of a set that
// needs no files.
type Options struct {
	Root  string // folder that holds the downloaded sets (the caller passes VAPO_DATA); unused by formulas and paths
	Split string // "train" (also "") or "test"; the two share no example
	Size  int    // image folders: crop centrally to a square and resize to Size×Size; 0 = images as they are. celeba: the side, 0 = 64. Noise: the side, 0 = 32

	Dequantise bool // images: add uniform noise of the width of one level; see Dequantised
}

// Entry is one line of the list of sets.
type Entry struct {
	Name  string
	Title string
	Image bool // images [height, width, channels]; otherwise points [d]
}

type opener func(e entry, opt Options) (Dataset, error)

type entry struct {
	name, title string
	image       bool
	open        opener
}

// sets is the list: a new data set is one new file and one line here.
var sets = []entry{
	{"ring8", "ring of 8 Gaussians", false, openMixture(mixture.Ring8)},
	{"gauss2", "Gaussian in the plane", false, openMixture(mixture.Gauss2)},
	{"gauss16", "Gaussian in 16 dimensions", false, openMixture(mixture.Gauss16)},
	{"modes16", "4 Gaussians in 16 dimensions", false, openMixture(mixture.Modes16)},
	{"moons", "two moons", false, openPlanar(moons)},
	{"checkerboard", "checkerboard", false, openPlanar(checkerboard)},
	{"spirals", "two spirals", false, openPlanar(spirals)},
	{"pinwheel", "pinwheel", false, openPlanar(pinwheel)},
	{"swissroll", "swiss roll", false, openPlanar(swissRoll)},
	{"rings", "four rings", false, openPlanar(rings)},
	{"drawn", "drawn images, not CIFAR-10", true, openDrawn},
	{"cifar10", "CIFAR-10", true, openCIFAR10},
	{"cifar10-original", "CIFAR-10 with original pixels", true, openOriginals},
	{"cifar10-interp", "CIFAR-10 interpolations", true, openInterpolations},
	{"cifar100", "CIFAR-100", true, openCIFAR100},
	{"svhn", "SVHN", true, openSVHN},
	{"celeba", "CelebA", true, openCelebA},
	{"constant", "constant colours", true, openNoise(oneColour)},
	{"uniform", "uniform noise", true, openNoise(uniformBytes)},
}

// List returns the sets that have a name, in the order in which help texts show them.
func List() []Entry {
	list := make([]Entry, len(sets))
	for k, e := range sets {
		list[k] = Entry{Name: e.name, Title: e.title, Image: e.image}
	}
	return list
}

// Names returns the names in List.
func Names() []string {
	names := make([]string, len(sets))
	for k, e := range sets {
		names[k] = e.name
	}
	return names
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
	ds, err := openName(name, opt)
	if err != nil || !opt.Dequantise {
		return ds, err
	}
	return Dequantised(ds, seedOf(opt.Split))
}

func openName(name string, opt Options) (Dataset, error) {
	for _, e := range sets {
		if e.name == name {
			ds, err := e.open(e, opt)
			if _, takes := ds.(sized); err == nil && opt.Size != 0 && !takes {
				return nil, fixedSize(name, ds.Info())
			}
			return ds, err
		}
	}
	return openPath(name, opt)
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
		return nil, fmt.Errorf("dataset: %s: %w: no such file or folder", path, ErrMissing)
	}
	return nil, fmt.Errorf("dataset: %w: data set %q; choose one of %s, or give an .npz or .npy file or a folder of images",
		ErrUnknown, path, strings.Join(Names(), ", "))
}

// seedOf is the random stream of a split of a formula.
func seedOf(split string) uint64 {
	if split == "test" {
		return testSeed
	}
	return trainSeed
}
