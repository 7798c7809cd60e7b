package bench

import (
	"context"
	"fmt"
	"strings"
	"time"

	"vapoflow/experiments/record"
	"vapoflow/experiments/training"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/homotopy"
)

// open opens the backend of the measurement and puts it on record.
func (w *work) open() (err error) {
	if w.choice, err = backend.New(""); err != nil {
		return usage.Wrap(err)
	}
	w.Say("%s", w.choice.Line)
	w.run.Backend = record.Backend{Name: w.choice.Name, Line: w.choice.Line}
	return nil
}

// model is train on data that need no files.
func (w *work) model(ctx context.Context, c vapo.Config) (*vapo.Model, error) {
	data, err := c.Open("", "train")
	if err != nil {
		return nil, err
	}
	return w.train(ctx, c, data)
}

// train trains a configuration, or loads it where any run in the same folder of results has trained it.
func (w *work) train(ctx context.Context, c vapo.Config, data dataset.Dataset) (*vapo.Model, error) {
	name := fmt.Sprintf("%s on %s, %s homotopy", strings.ToUpper(c.Potential), c.Data, c.Homotopy)
	m, err := training.Trainer{Backend: w.choice, Out: w.Out, Resume: true, Checkpoints: training.Checkpoints{Interval: time.Minute}, Watch: w.Watch, Say: func(line string) { w.Say("%s", line) }}.Train(ctx, name, c, data)
	if err == nil && m.Loaded {
		_, seconds := m.Trained()
		w.Say("%s: loaded, it took %.0f s", name, seconds)
	}
	return m, err
}

// count tells how many of a number of things are done.
func (w *work) count(what string, total int) func(done int) {
	tell := w.Count(what)
	return func(done int) { tell(done, total) }
}

// checkHomotopies says which of a bench's homotopies does not exist.
func checkHomotopies(bench string, names []string) error {
	for _, name := range names {
		if _, err := homotopy.New(name, 1, 0.01, nil); err != nil {
			return usage.Errorf("bench %s: %w", bench, err)
		}
	}
	return nil
}
