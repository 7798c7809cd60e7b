package metric

import (
	"fmt"
	"math"
	"runtime"
	"sync"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"
)

// points are n rows of d finite numbers on the host.
type points struct {
	n, d int
	flat []float64
}

func (p points) row(i int) []float64 { return p.flat[i*p.d : (i+1)*p.d] }

func (p points) matrix() *mat.Dense { return mat.NewDense(p.n, p.d, p.flat) }

// flatten copies a tensor [n, d...] of float32 or float64 as n rows, or says what is wrong with it. what names it in errors.
func flatten(what string, t *tensors.Tensor) (points, error) {
	if t == nil {
		return points{}, fmt.Errorf("metric: %s: no tensor: give one of shape [n, d]", what)
	}
	if err := t.CheckValid(); err != nil {
		return points{}, fmt.Errorf("metric: %s: %w", what, err)
	}
	shape := t.Shape()
	if shape.Rank() < 2 || shape.Size() == 0 {
		return points{}, fmt.Errorf("metric: %s: %s; want [n, d...] with at least one row", what, shape)
	}
	flat, err := float64s(t)
	if err != nil {
		return points{}, fmt.Errorf("metric: %s: %w", what, err)
	}
	p := points{n: shape.Dimensions[0], d: len(flat) / shape.Dimensions[0], flat: flat}
	for i, v := range flat {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return points{}, fmt.Errorf("metric: %s: row %d holds %g: leave out samples that diverged, and count them",
				what, i/p.d, v)
		}
	}
	return p, nil
}

func float64s(t *tensors.Tensor) ([]float64, error) {
	switch t.DType() {
	case dtypes.Float64:
		return tensors.CopyFlatData[float64](t)
	case dtypes.Float32:
		narrow, err := tensors.CopyFlatData[float32](t)
		wide := make([]float64, len(narrow))
		for i, v := range narrow {
			wide[i] = float64(v)
		}
		return wide, err
	}
	return nil, fmt.Errorf("%s; want float32 or float64", t.Shape())
}

// flattenPair is flatten for two sets that must have one dimension.
func flattenPair(what, nameA string, a *tensors.Tensor, nameB string, b *tensors.Tensor) (pa, pb points, err error) {
	if pa, err = flatten(what+": "+nameA, a); err != nil {
		return
	}
	if pb, err = flatten(what+": "+nameB, b); err != nil {
		return
	}
	if pa.d != pb.d {
		err = fmt.Errorf("metric: %s: %s have %d dimensions, %s %d: take both by the same extractor",
			what, nameA, pa.d, nameB, pb.d)
	}
	return
}

// parallel splits 0..n-1 among the processors.
func parallel(n int, do func(from, to int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() { do(w*n/workers, (w+1)*n/workers) })
	}
	wait.Wait()
}
