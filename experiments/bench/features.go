package bench

import (
	"context"
	"errors"

	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/metric"
)

// features measure images against training images by the features of Table 1.
type features struct {
	by   metric.Extractor
	real measure.Features // of training images
}

// references are the training images that a Fréchet distance is taken to.
const references = 10_000

// features opens them for a set, which lies below root, and takes those of its training images.
func (w *work) features(ctx context.Context, root string, data dataset.Dataset) (*features, error) {
	by, err := measure.Extractors{Backend: w.choice.Backend, DataRoot: root, Models: record.ModelsDir(w.Out), Say: w.Say, Count: w.count}.Open(ctx, 1024)
	if err != nil {
		return nil, err
	}
	w.run.Note("%s", by.Note)
	if by.By == nil {
		return nil, errors.New("there are no features to measure samples by: " + by.Note)
	}
	f := &features{by: by.By}
	f.real, err = measure.FeaturesOf(ctx, f.by, data, references, w.count("training images measured", references))
	return f, err
}

// drawn are the first n images of a sampler, and their features.
func (f *features) drawn(ctx context.Context, by *flow.Sampler, shape []int, n int, tell func(done int)) (s measure.Samples, got measure.Features, err error) {
	s.Images = record.Images{Shape: shape}
	if err = s.Draw(ctx, by, n, tell); err != nil {
		return s, got, err
	}
	got, err = measure.FeaturesOf(ctx, f.by, measure.Set{Name: "samples", Images: s.Images}, n, func(int) {})
	return s, got, err
}
