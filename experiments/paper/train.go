package paper

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// train trains the settings' model, or loads it where it has been trained, and puts its log and
// numbers on record.
func (w *work) train(ctx context.Context) (*vapo.Model, error) {
	m, err := w.trainOrLoad(ctx, w.Config, w.run.Element)
	// The log is kept in the cache while it grows: that of a training cut short is there too.
	dir := filepath.Join(ModelsDir(w.Out), w.Key(w.data))
	if log, logErr := (&vapo.Model{Dir: dir}).Log(); logErr == nil && len(log) > 0 {
		if logErr := record.Metrics(w.run, log); logErr != nil && err == nil {
			err = logErr
		}
		w.run.Results["steps"] = float64(log[len(log)-1].Step)
		w.run.Results["final_loss"] = log[len(log)-1].Loss
	}
	if err != nil {
		return nil, err
	}
	trained, seconds := m.Trained()
	w.run.Results["training_seconds"] = seconds
	w.run.Results["parameters"] = float64(parameters(m))
	if w.run.WeightsSHA256, err = vapo.WeightsSHA256(m.Store); err != nil {
		return nil, err
	}
	if w.run.TrainedOn = m.Backends(); len(w.run.TrainedOn) > 1 {
		w.run.Note("The training was resumed on another backend: %s, in this order.", strings.Join(w.run.TrainedOn, ", "))
	}
	if m.Loaded {
		w.say("%s: model loaded, trained %s ago in %.0f s%s", w.run.Element, time.Since(trained).Round(time.Second), seconds, on(m.Backends()))
	}
	return m, nil
}

// trainOrLoad trains a configuration on the work's data into the cache, watched.
func (w *work) trainOrLoad(ctx context.Context, c vapo.Config, name string) (*vapo.Model, error) {
	run := w.Checkpoints.of(c.Steps)
	run.Resume, run.NoWait, run.Say = w.Resume, w.NoWait, func(line string) { w.say("%s: %s", name, line) }
	done := func() {}
	if w.Watch != nil {
		run.Observe, done = w.Watch(fmt.Sprintf("%s: training %s on %s", name, c.Potential, w.data.Info().Name), c.Steps)
	}
	defer done()
	if w.TensorBoard {
		closeBoard, err := w.board(&run.Observe)
		if err != nil {
			return nil, err
		}
		defer closeBoard()
	}
	switch { // what comes before the first step takes up to half a minute
	case w.trained(c):
	case c.Base == "gaussian":
		w.say("%s: fitting the Gaussian base, then building the training step", name)
	case w.Backend.Name != "go":
		w.say("%s: building the training step", name)
	}
	if w.Env.Init != nil {
		m, err := c.Model(backend.Host(), w.data.Info().Shape, nil)
		if err != nil {
			return nil, err
		}
		var taken, of int
		if run.Init, taken, of, err = m.StartFrom(w.Env.Init.Store); err != nil {
			return nil, fmt.Errorf("--init %s: %w", w.Env.Init.Name, err)
		}
		w.say("%s: %d of the network's %d weights begin at those of %s", name, taken, of, w.Env.Init.Name)
	}
	return vapo.TrainOrLoad(ctx, w.Backend.Backend, ModelsDir(w.Out), c, w.data, run)
}

// on names the backends that trained a model, where they are known.
func on(backends []string) string {
	if len(backends) == 0 {
		return ""
	}
	return " on " + strings.Join(backends, ", then ")
}

// parameters counts the trained weights.
func parameters(m *vapo.Model) (n int) {
	for v := range m.Store.IterVariables() {
		if v.Trainable {
			n += v.Shape().Size()
		}
	}
	return n
}
