package bench

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/metric"
)

// features measure images against training images by the features of Table 1.
type features struct {
	by   metric.Extractor
	data dataset.Dataset  // the training images
	n    int              // how many of them are measured
	real measure.Features // of those, once they are asked for
	name string           // of all of that: what was kept by other features or images is measured anew
}

// references are the training images that a Fréchet distance is taken to, where there are as many.
const references = 10_000

// features opens them for a set, which lies below root.
func (w *work) features(ctx context.Context, root string, data dataset.Dataset) (*features, error) {
	by, err := measure.Extractors{Backend: w.choice.Backend, Inception: os.Getenv(measure.InceptionEnv), DataRoot: root, Models: record.ModelsDir(w.Out), Say: w.Say, Count: w.count}.Open(ctx, 1024)
	if err != nil {
		return nil, err
	}
	w.run.Note("%s", by.Note)
	if by.By == nil {
		return nil, errors.New("there are no features to measure samples by: " + by.Note)
	}
	info := data.Info()
	f := &features{by: by.By, data: data, n: measure.AtMost(references, info)}
	hash := sha256.Sum256(fmt.Appendf(nil, "%s %g %s %d", by.By.Name(), by.Accuracy, info.SHA256, f.n))
	f.name = hex.EncodeToString(hash[:4])
	return f, nil
}

// training are the features of the training images.
func (f *features) training(ctx context.Context, w *work) (measure.Features, error) {
	var err error
	if f.real.Moments == nil {
		f.real, err = measure.FeaturesOf(ctx, f.by, f.data, f.n, w.count("training images measured", f.n))
	}
	return f.real, err
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
