package paper

import (
	"fmt"
	"path/filepath"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
)

// pair is a point or vector of the plane.
type pair = [2]float64

func vector(x []float64) *tensors.Tensor { return tensors.FromFlatDataAndDimensions(x, len(x)) }

// vectors are columns as arrays.
func vectors(columns map[string][]float64) map[string]*tensors.Tensor {
	arrays := map[string]*tensors.Tensor{}
	for name, values := range columns {
		arrays[name] = vector(values)
	}
	return arrays
}

func number(x float64) *tensors.Tensor { return tensors.FromScalar(x) }

// pairs is [n, 2], stack [k, n, 2].
func pairs(x []pair) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(flatten(x), len(x), 2)
}

func stack(x [][]pair) *tensors.Tensor {
	var flat []float64
	for _, row := range x {
		flat = append(flat, flatten(row)...)
	}
	return tensors.FromFlatDataAndDimensions(flat, len(x), len(x[0]), 2)
}

func flatten(x []pair) (flat []float64) {
	for _, p := range x {
		flat = append(flat, p[0], p[1])
	}
	return flat
}

// matrix is [rows, columns].
func matrix(x [][]float64) *tensors.Tensor {
	var flat []float64
	for _, row := range x {
		flat = append(flat, row...)
	}
	return tensors.FromFlatDataAndDimensions(flat, len(x), len(x[0]))
}

// reader takes arrays out of an .npz; the first that is missing or of another shape is its error.
type reader struct {
	path   string
	arrays map[string]*tensors.Tensor
	err    error
}

func readRecord(dir, file string) *reader {
	r := &reader{path: filepath.Join(dir, file)}
	r.arrays, r.err = record.ReadArrays(r.path)
	return r
}

// has tells whether an array is there.
func (r *reader) has(name string) bool { return r.arrays[name] != nil }

// read returns the flat values and the dimensions of an array of the given rank.
func read[T float64 | uint8](r *reader, name string, rank int) (flat []T, dims []int) {
	dims = make([]int, rank)
	if r.err != nil {
		return nil, dims
	}
	t, ok := r.arrays[name]
	if !ok || t.Rank() != rank {
		r.err = fmt.Errorf("%s: array %q of rank %d is missing", r.path, name, rank)
		return nil, dims
	}
	err := t.ConstFlatData(func(values any) {
		typed, ok := values.([]T)
		if !ok {
			r.err = fmt.Errorf("%s: array %q has values of type %s", r.path, name, t.DType())
			return
		}
		flat = append(flat, typed...)
	})
	if err != nil && r.err == nil {
		r.err = err
	}
	return flat, t.Shape().Dimensions
}

func (r *reader) number(name string) float64 {
	if flat, _ := read[float64](r, name, 0); len(flat) == 1 {
		return flat[0]
	}
	return 0
}

func (r *reader) vector(name string) []float64 {
	flat, _ := read[float64](r, name, 1)
	return flat
}

func (r *reader) matrix(name string) [][]float64 {
	flat, dims := read[float64](r, name, 2)
	out := make([][]float64, dims[0])
	for i := range out {
		out[i] = flat[i*dims[1]:][:dims[1]]
	}
	return out
}

func (r *reader) pairs(name string) []pair {
	flat, _ := read[float64](r, name, 2)
	return toPairs(flat)
}

func (r *reader) stack(name string) [][]pair {
	flat, dims := read[float64](r, name, 3)
	out := make([][]pair, dims[0])
	for i := range out {
		out[i] = toPairs(flat[i*dims[1]*2:][:dims[1]*2])
	}
	return out
}

func toPairs[T float32 | float64](flat []T) []pair {
	out := make([]pair, len(flat)/2)
	for i := range out {
		out[i] = pair{float64(flat[2*i]), float64(flat[2*i+1])}
	}
	return out
}
