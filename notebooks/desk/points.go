package desk

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/solver"
)

// shownExamples is how many examples of a data set are taken.
const shownExamples = 1000

// rows are the n rows of a set of points or images, flattened, and the shape of each.
type rows struct {
	flat  []float64
	shape []int
}

func (r rows) size() int {
	size := 1
	for _, d := range r.shape {
		size *= d
	}
	return size
}

func (r rows) len() int { return len(r.flat) / r.size() }

func (r rows) row(i int) []float64 { return r.flat[i*r.size():][:r.size()] }

// rowsOf takes whatever holds rows: a tensor [n, ...] of any float type or of bytes, [][]float64, [][]float32, [][2]float64, a
// solution's end, or the first 1,000 examples of a data set.
func rowsOf(x any) (rows, error) {
	switch x := x.(type) {
	case *tensors.Tensor:
		return tensorRows(x)
	case *solver.Solution:
		return rowsOf(*x)
	case solver.Solution:
		if len(x.State) == 0 {
			return rows{}, fmt.Errorf("desk: the solution holds no state; it was finalized, or solving failed")
		}
		return tensorRows(x.State[0])
	case [][]float64:
		return table(x)
	case [][]float32:
		return table(x)
	case [][2]float64:
		r := rows{shape: []int{2}}
		for _, p := range x {
			r.flat = append(r.flat, p[:]...)
		}
		return r, nil
	case dataset.Dataset:
		return examples(x, shownExamples)
	}
	return rows{}, fmt.Errorf("desk: a %T holds no points; give a tensor, a solution, a data set, [][]float64, [][]float32 or [][2]float64", x)
}

func tensorRows(x *tensors.Tensor) (rows, error) {
	dims := x.Shape().Dimensions
	if len(dims) < 2 {
		return rows{}, fmt.Errorf("desk: a tensor of shape %v holds no rows; it needs the shape [n, ...]", dims)
	}
	values, err := flat(x)
	return rows{values, dims[1:]}, err
}

// flat are the values of a tensor; bytes are pixels, from -1 to 1.
func flat(x *tensors.Tensor) (values []float64, err error) {
	failed := x.ConstFlatData(func(flat any) {
		switch flat := flat.(type) {
		case []float64:
			values = wide(flat)
		case []float32:
			values = wide(flat)
		case []uint8:
			for _, v := range wide(flat) {
				values = append(values, v/127.5-1)
			}
		default:
			err = fmt.Errorf("desk: a tensor of %s cannot be shown; convert it to float32 or float64", x.DType())
		}
	})
	return values, errors.Join(failed, err)
}

func table[T float32 | float64](x [][]T) (rows, error) {
	if len(x) == 0 {
		return rows{}, fmt.Errorf("desk: there are no points to show")
	}
	r := rows{shape: []int{len(x[0])}}
	for i, p := range x {
		if len(p) != len(x[0]) {
			return r, fmt.Errorf("desk: point %d has %d coordinates, point 0 has %d", i, len(p), len(x[0]))
		}
		r.flat = append(r.flat, wide(p)...)
	}
	return r, nil
}

func wide[T float32 | float64 | uint8](x []T) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(v)
	}
	return out
}

// examples are the first n of a set, or all of a smaller one.
func examples(data dataset.Dataset, n int) (rows, error) {
	info := data.Info()
	if info.Len > 0 {
		n = min(n, info.Len)
	}
	values, err := dataset.ReadRange(data, 0, n)
	return rows{wide(values), info.Shape}, err
}

// Batch reads the examples first ≤ i < first+n of a data set, [n, shape...], or as many as there are.
func Batch(data dataset.Dataset, first, n int) *tensors.Tensor {
	info := data.Info()
	if info.Len > 0 {
		n = min(n, info.Len-first)
	}
	return tensors.FromFlatDataAndDimensions(Must(dataset.ReadRange(data, first, n)), append([]int{n}, info.Shape...)...)
}

// OnPath places examples x̄ [n, shape...] in float32 on a path at s, μ(s)x̄ + √v(s)ε, with noise of a seed.
func OnPath(path homotopy.Homotopy, x *tensors.Tensor, s float64, seed uint64) *tensors.Tensor {
	at := Must(homotopy.Evaluate(backend.Host(), path, []float64{s}))[0]
	rng := rand.New(rand.NewPCG(seed, 0))
	out := tensors.MustCopyFlatData[float32](x)
	for i, v := range out {
		out[i] = float32(at.Mu*float64(v) + at.Sd()*rng.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(out, x.Shape().Dimensions...)
}

// Values are the numbers of a tensor, flat; those of bytes are pixels, from -1 to 1.
func Values(x *tensors.Tensor) []float64 { return Must(flat(x)) }

// Points gives rows as points [n][d]: of a tensor, a solution, a data set and whatever else [Scatter] takes.
func Points(x any) [][]float64 { return Must(rowsOf(x)).points() }

func (r rows) points() [][]float64 {
	out := make([][]float64, r.len())
	for i := range out {
		out[i] = r.row(i)
	}
	return out
}
