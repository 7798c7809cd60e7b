package paper

import (
	"context"
	"path/filepath"
	"strings"
	"time"

	"vapoflow/experiments/record"
	"vapoflow/experiments/training"
	"vapoflow/vapo"
)

// trainer trains as the environment says.
func (w *work) trainer() training.Trainer {
	t := training.Trainer{
		Backend: w.Backend, Out: w.Out, Resume: w.Resume, NoWait: w.NoWait, Checkpoints: w.Checkpoints, Init: w.Env.Init, Watch: w.Watch, Say: w.Say,
	}
	if w.TensorBoard {
		t.TensorBoard = w.boardDir()
	}
	return t
}

// train trains the settings' model, or loads it where it has been trained, and puts its log and
// numbers on record.
func (w *work) train(ctx context.Context) (*vapo.Model, error) {
	trainer := w.trainer()
	m, err := trainer.Train(ctx, w.run.Element, w.Config, w.data)
	// The log is kept in the cache while it grows: that of a training cut short is there too.
	if log, logErr := (&vapo.Model{Dir: trainer.Dir(w.Config, w.data)}).Log(); logErr == nil && len(log) > 0 {
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
	if w.run.TrainedOn = m.Backends(); len(w.run.TrainedOn) > 1 {
		w.run.Note("The training was resumed on another backend: %s, in this order.", strings.Join(w.run.TrainedOn, ", "))
	}
	if m.Loaded {
		w.say("model loaded, trained %s ago in %.0f s%s", time.Since(trained).Round(time.Second), seconds, on(m.Backends()))
	}
	return m, w.describe(m)
}

// describe puts a model's size and its weights' hash on record.
func (w *work) describe(m *vapo.Model) (err error) {
	w.run.Results["parameters"] = float64(training.Parameters(m))
	w.run.WeightsSHA256, err = vapo.WeightsSHA256(m.Store)
	return err
}

// on names the backends that trained a model, where they are known.
func on(backends []string) string {
	if len(backends) == 0 {
		return ""
	}
	return " on " + strings.Join(backends, ", then ")
}

// boardDir is the folder of the run's event files: TensorBoard calls the run by its name.
func (w *work) boardDir() string { return filepath.Join(w.Out, "tensorboard", w.run.Name) }
