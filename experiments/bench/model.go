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
)

// backend opens the backend of the measurement and puts it on record.
func (w *work) backend() (*backend.Choice, error) {
	choice, err := backend.New("")
	if err != nil {
		return nil, usage.Wrap(err)
	}
	w.Say("%s", choice.Line)
	w.run.Backend = record.Backend{Name: choice.Name, Line: choice.Line}
	return choice, nil
}

// model is train on data that need no files.
func (w *work) model(ctx context.Context, choice *backend.Choice, c vapo.Config) (*vapo.Model, error) {
	data, err := c.Open("", "train")
	if err != nil {
		return nil, err
	}
	return w.train(ctx, choice, c, data)
}

// train trains a configuration, or loads it where any run in the same folder of results has trained it.
func (w *work) train(ctx context.Context, choice *backend.Choice, c vapo.Config, data dataset.Dataset) (*vapo.Model, error) {
	name := fmt.Sprintf("%s on %s, %s homotopy", strings.ToUpper(c.Potential), c.Data, c.Homotopy)
	m, err := training.Trainer{Backend: choice, Out: w.Out, Resume: true, Checkpoints: training.Checkpoints{Interval: time.Minute}, Watch: w.Watch, Say: func(line string) { w.Say("%s", line) }}.Train(ctx, name, c, data)
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
