package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// ErrMissing is wrapped by errors that say where data was looked for and how to get it, so that a caller that can do
// without may skip it (errors.Is).
var ErrMissing = errors.New("data not found")

// ErrUnknown is wrapped by errors that name a data set or a split which does not exist, and list the choices.
var ErrUnknown = errors.New("unknown choice")

// Dataset is a set of examples that can be read by index. Implementations are safe for concurrent use.
type Dataset interface {
	Info() Info
	// Read writes example i (0 <= i < Len, or any i >= 0 when Len is 0) to dst, whose length is Info().Size().
	Read(i int, dst []float32) error
}

// GaussianMixture is what a set adds when it is a mixture Σ weights[k] N(means[k], std² I), so that its oracle can
// be built in closed form.
type GaussianMixture interface {
	Mixture() (weights []float64, means [][]float64, std float64)
}

// Info describes a set.
type Info struct {
	Name   string // as the command line names it: "ring8", "cifar10", "drawn", or a path
	Title  string // one line for figures and reports, with what the set is not ("not the official bytes")
	Shape  []int  // [d] for points; [height, width, channels] for images, values in [-1, 1]
	Len    int    // number of examples; 0 = unlimited, example i being a function of (the set's own seed, i)
	SHA256 string // hash of the bytes of its files, in hexadecimal; "" for formulas
	Source string // the folder or file that was read, or the formula, and what was done to it
}

// Size returns the number of values of one example: the product of Shape.
func (info Info) Size() int {
	size := 1
	for _, n := range info.Shape {
		size *= n
	}
	return size
}

// IsImage tells images [height, width, channels] from points [d].
func (info Info) IsImage() bool { return len(info.Shape) == 3 }

// ReadRange returns examples from, from+1, …, from+n-1 as one array [n, Size].
func ReadRange(ds Dataset, from, n int) ([]float32, error) {
	info := ds.Info()
	if from < 0 || n < 1 || (info.Len > 0 && from+n > info.Len) {
		return nil, fmt.Errorf("dataset: %s has no examples %d to %d: it holds %s", info.Name, from, from+n-1, info.count())
	}
	size := info.Size()
	out := make([]float32, n*size)
	for k := range n {
		if err := ds.Read(from+k, out[k*size:(k+1)*size]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (info Info) count() string {
	if info.Len == 0 {
		return "any number, from 0"
	}
	return fmt.Sprintf("%d, from 0", info.Len)
}

// check is the argument check that every Read begins with.
func (info Info) check(i int, dst []float32) error {
	if i < 0 || (info.Len > 0 && i >= info.Len) {
		return fmt.Errorf("dataset: %s has no example %d: it holds %s", info.Name, i, info.count())
	}
	if len(dst) != info.Size() {
		return fmt.Errorf("dataset: an example of %s is %v, %d values, but dst has room for %d",
			info.Name, info.Shape, info.Size(), len(dst))
	}
	return nil
}

// derived describes a set that was made of this one.
func (info Info) derived(how string) Info {
	info = info.clone()
	info.Source += "; " + how
	if info.SHA256 != "" {
		sum := sha256.Sum256([]byte(info.SHA256 + "\n" + how))
		info.SHA256 = hex.EncodeToString(sum[:])
	}
	return info
}

// clone keeps callers of Info from changing the set's own shape.
func (info Info) clone() Info {
	info.Shape = slices.Clone(info.Shape)
	return info
}
