// Package variables copies the variables of stores.
package variables

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/numbers"
)

// Copy copies a store, nil as an empty one: value gives what a variable holds in the copy, which owns it, or nil to leave it out.
// The copy trains what the original does.
func Copy(from *model.Store, value func(*model.Variable) (*tensors.Tensor, error)) (*model.Store, error) {
	out := model.NewStore()
	if err := Into(out, from, (*model.Variable).Path, value); err != nil {
		return nil, err
	}
	return out, nil
}

// Into is [Copy] into a store that there is, with each variable at the path that path gives.
func Into(out, from *model.Store, path func(*model.Variable) string, value func(*model.Variable) (*tensors.Tensor, error)) error {
	if from == nil {
		return nil
	}
	for v := range from.IterVariables() {
		held, err := value(v)
		if err != nil {
			return fmt.Errorf("reading weight %s: %w", v.Path(), err)
		}
		if held == nil {
			continue
		}
		copied, err := out.CreateVariable(path(v), held)
		if err != nil {
			return fmt.Errorf("copying weight %s: %w", v.Path(), err)
		}
		copied.SetTrainable(v.Trainable)
	}
	return nil
}

// Clone is a copy of a variable's value on the host.
func Clone(v *model.Variable) (*tensors.Tensor, error) {
	value, err := v.Value()
	if err != nil {
		return nil, err
	}
	return value.LocalClone()
}

// As copies a store with its weights in float32 or float64: networks want weights of the dtype of their input. What is float64
// and does not train, such as an exact potential's points, stays so.
func As(dtype dtypes.DType, from *model.Store) (*model.Store, error) {
	return Copy(from, func(v *model.Variable) (*tensors.Tensor, error) {
		if held := v.DType(); held == dtype || held != dtypes.Float32 && (held != dtypes.Float64 || !v.Trainable) {
			return Clone(v)
		}
		value, err := v.Value()
		if err != nil {
			return nil, err
		}
		return numbers.Tensor(dtype, numbers.Flat(value), value.Shape().Dimensions...), nil
	})
}
