package score

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/experiments/trained"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/density"
)

// scored is what scores: a potential on its path, and the data that it is the potential of.
type scored struct {
	name      string
	flow      *density.Flow
	data      dataset.Dataset
	exact     bool // an oracle: Φ has no error
	imageSize int  // to which a folder's images were cropped and resized for training; 0 as they were
}

// scoredBy opens the model's training data below root. Points are scored in float64.
func scoredBy(f *trained.Potential, root string) (*scored, error) {
	data, err := f.Model.Config.Open(root, "train")
	if err != nil {
		return nil, fmt.Errorf("score: the references are examples of what the model was trained on: %w", err)
	}
	flow := &density.Flow{Backend: f.Model.Backend, Homotopy: f.Model.Homotopy, Potential: f.Model.Potential, Store: f.Model.Store, Shape: f.Model.Shape}
	if len(flow.Shape) == 1 {
		if flow.Store, err = Doubled(flow.Store); err != nil {
			return nil, err
		}
	}
	return &scored{name: f.Name, flow: flow, data: data, exact: f.Exact, imageSize: f.Model.Config.ImageSize}, nil
}

// Doubled copies weights as float64: networks want weights of the dtype of their input.
func Doubled(store *model.Store) (*model.Store, error) {
	wide := model.NewStore()
	for v := range store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("reading weight %s: %w", v.Path(), err)
		}
		if value.DType() == dtypes.Float32 {
			value = tensors.FromFlatDataAndDimensions(Widened(tensors.MustCopyFlatData[float32](value)), value.Shape().Dimensions...)
		}
		copied, err := wide.CreateVariable(v.Path(), value)
		if err != nil {
			return nil, fmt.Errorf("copying weight %s: %w", v.Path(), err)
		}
		copied.SetTrainable(v.Trainable)
	}
	return wide, nil
}
