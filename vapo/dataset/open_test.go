package dataset

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
)

// TestList: whatever the list names can be opened, is called so, is the same when opened again, and refuses bad indices.
func TestList(t *testing.T) {
	for name := range List.All() {
		for _, split := range []string{"train", "test"} {
			ds, err := Open(name, Options{Root: os.Getenv("VAPO_DATA"), Split: split})
			if errors.Is(err, ErrMissing) {
				continue
			} else if err != nil {
				t.Fatal(err)
			}
			info := ds.Info()
			if info.Name != name || !strings.HasPrefix(info.Title, List.Summary(name)) || info.Source == "" {
				t.Errorf("%s: %+v", name, info)
			}
			x := make([]float32, info.Size())
			if err := ds.Read(0, x); err != nil {
				t.Error(err)
			}
			for j, v := range x {
				if v-v != 0 {
					t.Errorf("%s %s: value %d of example 0 is %g", name, split, j, v)
					break
				}
			}
			again, err := Open(name, Options{Root: os.Getenv("VAPO_DATA"), Split: split})
			if err != nil {
				t.Fatal(err)
			}
			y := make([]float32, info.Size())
			if err := again.Read(0, y); err != nil || !slices.Equal(x, y) {
				t.Errorf("%s %s: opened again, example 0 is another; usual causes: random numbers that are not of the source that is given, values that are not finite, or an error (%v)", name, split, err)
			}
			if ds.Read(-1, x) == nil || ds.Read(0, x[1:]) == nil || info.Len > 0 && ds.Read(info.Len, x) == nil {
				t.Errorf("%s accepts an index outside its range, or a destination of the wrong length", name)
			}
		}
	}
}

// A size is an error where it would have no effect: it is part of a training's configuration and so of its place in the cache.
func TestFixedSize(t *testing.T) {
	for _, name := range append(List.Names(), "testdata/images.npz", "testdata/points.npz") {
		refused := 0
		for _, size := range []int{16, 32} { // 32 is the size that many have
			ds, err := Open(name, Options{Size: size})
			switch {
			case errors.Is(err, ErrMissing), errors.Is(err, ErrFixedSize):
				refused++
			case err != nil:
				t.Error(err)
			case !slices.Equal(ds.Info().Shape, []int{size, size, 3}):
				t.Errorf("%s of size %d has examples of shape %v", name, size, ds.Info().Shape)
			}
		}
		if refused == 1 {
			t.Errorf("%s takes one size and refuses another", name)
		}
	}
}

func TestOpenUnknown(t *testing.T) {
	for _, c := range []struct {
		name, split string
		is          error
		says        string
	}{
		{"ring9", "", ErrUnknown, "ring8, gauss2"},
		{"ring8", "validation", ErrUnknown, "choose train or test"},
		{"no/such/folder", "", ErrMissing, "no/such/folder"},
		{"none.npz", "", ErrMissing, "none.npz"},
	} {
		if _, err := Open(c.name, Options{Split: c.split}); !errors.Is(err, c.is) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s %s: %v", c.name, c.split, err)
		}
	}
}
