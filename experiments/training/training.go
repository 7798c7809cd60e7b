// Package training trains configurations into the models of a folder of results, watched by whoever runs it: elements and benches
// share it and one another's models.
package training

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
)

// Trainer trains on a backend into a folder of results.
type Trainer struct {
	Backend     *backend.Choice
	Out         string // folder of results
	Resume      bool   // continue an interrupted training
	NoWait      bool   // refuse where another process is at work on the same training, instead of waiting for it
	Checkpoints Checkpoints
	Init        *Init  // weights that the training begins at; nil draws them
	TensorBoard string // folder of event files; "" writes none

	Watch Watch        // shows the training's progress; may be nil
	Say   func(string) // tells the user a line; may be nil
}

// Checkpoints say how often a training leaves one: after that many steps, or that much time. The zero value is every minute, and
// 20 in a training but at least 50 steps apart.
type Checkpoints struct {
	Steps    int
	Interval time.Duration
}

// of is the run of a training of that many steps.
func (c Checkpoints) of(steps int) vapo.Run {
	switch {
	case c.Steps > 0:
		return vapo.Run{Every: c.Steps, Interval: math.MaxInt64}
	case c.Interval > 0:
		return vapo.Run{Interval: c.Interval}
	}
	return vapo.Run{Every: max(50, min(1000, steps/20))}
}

// Init is weights that a training begins at, where names and shapes agree.
type Init struct {
	Name  string // for people
	Store *model.Store
}

// Watch is told that a training of the given name and number of steps begins; observe is called
// after each step and done at the end.
type Watch func(name string, steps int) (observe func(vapo.Progress), done func())

// Dir is the folder of a configuration's model.
func (t Trainer) Dir(c vapo.Config, data dataset.Dataset) string {
	return filepath.Join(record.ModelsDir(t.Out), c.Key(data))
}

// Trained tells whether a configuration's model is there whole: its weights are written last.
func (t Trainer) Trained(c vapo.Config, data dataset.Dataset) bool {
	_, err := os.Stat(filepath.Join(t.Dir(c, data), "weights.npz"))
	return err == nil
}

// Train trains a configuration on data under a name for people, or loads what was trained before.
func (t Trainer) Train(ctx context.Context, name string, c vapo.Config, data dataset.Dataset) (*vapo.Model, error) {
	say := func(format string, args ...any) {
		if t.Say != nil {
			t.Say(name + ": " + fmt.Sprintf(format, args...))
		}
	}
	run := t.Checkpoints.of(c.Steps)
	run.Resume, run.NoWait, run.Say = t.Resume, t.NoWait, func(line string) { say("%s", line) }
	if t.Watch != nil {
		var done func()
		run.Observe, done = t.Watch(fmt.Sprintf("%s: training %s on %s", name, c.Potential, data.Info().Name), c.Steps)
		defer done()
	}
	if t.TensorBoard != "" {
		closeBoard, err := board(t.TensorBoard, &run.Observe)
		if err != nil {
			return nil, err
		}
		defer func() {
			if err := closeBoard(); err != nil {
				say("%v", err)
			}
		}()
	}
	switch { // what comes before the first step takes up to half a minute
	case t.Trained(c, data):
	case c.Base == "gaussian":
		say("fitting the Gaussian base, then building the training step")
	case t.Backend.Name != "go":
		say("building the training step")
	}
	if t.Init != nil {
		m, err := c.Model(backend.Host(), data.Info().Shape, nil)
		if err != nil {
			return nil, err
		}
		var taken, of int
		if run.Init, taken, of, err = m.StartFrom(t.Init.Store); err != nil {
			return nil, fmt.Errorf("--init %s: %w", t.Init.Name, err)
		}
		say("%d of the network's %d weights begin at those of %s", taken, of, t.Init.Name)
	}
	return vapo.TrainOrLoad(ctx, t.Backend.Backend, record.ModelsDir(t.Out), c, data, run)
}

// Parameters counts the trained weights of a model.
func Parameters(m *vapo.Model) (n int) {
	for v := range m.Store.IterVariables() {
		if v.Trainable {
			n += v.Shape().Size()
		}
	}
	return n
}
