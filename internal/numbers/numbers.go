// Package numbers moves numbers between the host's float64 and tensors of float32 or float64.
package numbers

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
)

// Flat copies a float32 or float64 tensor to the host.
func Flat(t *tensors.Tensor) []float64 {
	if t.DType() == dtypes.Float64 {
		return tensors.MustCopyFlatData[float64](t)
	}
	return Wide(tensors.MustCopyFlatData[float32](t))
}

// Wide is x in float64.
func Wide(x []float32) []float64 {
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	return wide
}

// Tensor is flat as a tensor of dtype float32 or float64; a float64 one may keep flat.
func Tensor(dtype dtypes.DType, flat []float64, dims ...int) *tensors.Tensor {
	if dtype == dtypes.Float64 {
		return tensors.FromFlatDataAndDimensions(flat, dims...)
	}
	narrow := make([]float32, len(flat))
	for i, v := range flat {
		narrow[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(narrow, dims...)
}

// Finalize frees tensors.
func Finalize(all ...*tensors.Tensor) {
	for _, t := range all {
		_ = t.FinalizeAll() // fails only where the backend is gone, and the memory with it
	}
}
