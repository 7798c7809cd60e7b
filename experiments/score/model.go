package score

import (
	"fmt"

	"vapoflow/experiments/trained"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
)

// scored is what scores: a potential on its path, and the data that it is the potential of.
type scored struct {
	name      string
	flow      *flow.Flow
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
	return &scored{name: f.Name, flow: &f.Model.Flow, data: data, exact: f.Exact, imageSize: f.Model.Config.ImageSize}, nil
}
