package density

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

var panicf = exceptions.Panicf

var errIncomplete = errors.New("density: the flow needs a backend, a homotopy, a potential and the shape of an example")

// check returns the points x [n, shape...] as n rows of d float64, or says what is wrong with them.
func (f *Flow) check(x *tensors.Tensor) ([]float64, error) {
	if f.Backend == nil || f.Homotopy == nil || f.Potential == nil || len(f.Shape) == 0 {
		return nil, errIncomplete
	}
	if err := x.CheckValid(); err != nil {
		return nil, fmt.Errorf("density: the points: %w", err)
	}
	if dtype := x.DType(); dtype != dtypes.Float32 && dtype != dtypes.Float64 {
		return nil, fmt.Errorf("density: the points are %s; want float32 or float64", x.Shape())
	}
	dims := x.Shape().Dimensions
	same := len(dims) == len(f.Shape)+1
	for i := 0; same && i < len(f.Shape); i++ {
		same = dims[i+1] == f.Shape[i]
	}
	if !same {
		return nil, fmt.Errorf("density: the points are %s; want [n, ...] with examples of shape %v", x.Shape(), f.Shape)
	}
	if dims[0] == 0 {
		return nil, fmt.Errorf("density: the batch is empty (%s); give at least one point", x.Shape())
	}
	flat := flatten(x)
	for i, v := range flat {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("density: point %d holds %g; remove such points", i/f.Dim(), v)
		}
	}
	return flat, nil
}

// flatten copies a float32 or float64 tensor to the host.
func flatten(t *tensors.Tensor) []float64 {
	if t.DType() == dtypes.Float64 {
		return tensors.MustCopyFlatData[float64](t)
	}
	flat := tensors.MustCopyFlatData[float32](t)
	wide := make([]float64, len(flat))
	for i, v := range flat {
		wide[i] = float64(v)
	}
	return wide
}

// tensor is flat as a tensor of dtype float32 or float64.
func tensor(dtype dtypes.DType, flat []float64, dims ...int) *tensors.Tensor {
	if dtype == dtypes.Float64 {
		return tensors.FromFlatDataAndDimensions(flat, dims...)
	}
	narrow := make([]float32, len(flat))
	for i, v := range flat {
		narrow[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(narrow, dims...)
}

func finalize(all []*tensors.Tensor) {
	for _, t := range all {
		_ = t.FinalizeAll() // fails only where the backend is gone, and the memory with it
	}
}

// widen copies a store with its float32 variables as dtype: networks want weights of the dtype of their input.
func widen(store *model.Store, dtype dtypes.DType) (*model.Store, error) {
	wide := model.NewStore()
	if store == nil {
		return wide, nil
	}
	for v := range store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("density: reading weight %s: %w", v.Path(), err)
		}
		if value.DType() == dtypes.Float32 || value.DType() == dtypes.Float64 && v.Trainable {
			value = tensor(dtype, flatten(value), value.Shape().Dimensions...)
		} else if value, err = value.LocalClone(); err != nil {
			return nil, fmt.Errorf("density: copying weight %s: %w", v.Path(), err)
		}
		copied, err := wide.CreateVariable(v.Path(), value)
		if err != nil {
			return nil, fmt.Errorf("density: copying weight %s: %w", v.Path(), err)
		}
		copied.SetTrainable(v.Trainable)
	}
	return wide, nil
}

// logPrior is log N(x; 0, variance I) of each of n rows of x.
func logPrior(x []float64, n int, variance float64) []float64 {
	d := len(x) / n
	out := make([]float64, n)
	for i := range out {
		out[i] = -squaredNorm(x[i*d:][:d])/(2*variance) - float64(d)/2*math.Log(2*math.Pi*variance)
	}
	return out
}

func squaredNorm(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return sum
}

// streamProbes keeps the random numbers of the probes apart from other uses.
const streamProbes = 1

// source gives the random numbers of item i of a stream.
func source(seed uint64, stream, i int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(stream)<<48|uint64(i)))
}
