package posterior

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
)

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

func finalize(all ...*tensors.Tensor) {
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
			return nil, fmt.Errorf("posterior: reading weight %s: %w", v.Path(), err)
		}
		if value.DType() == dtypes.Float32 || value.DType() == dtypes.Float64 && v.Trainable {
			value = tensor(dtype, flatten(value), value.Shape().Dimensions...)
		} else if value, err = value.LocalClone(); err != nil {
			return nil, fmt.Errorf("posterior: copying weight %s: %w", v.Path(), err)
		}
		copied, err := wide.CreateVariable(v.Path(), value)
		if err != nil {
			return nil, fmt.Errorf("posterior: copying weight %s: %w", v.Path(), err)
		}
		copied.SetTrainable(v.Trainable)
	}
	return wide, nil
}
