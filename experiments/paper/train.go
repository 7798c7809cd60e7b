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
func (t *trial) trainer() training.Trainer {
	trainer := training.Trainer{
		Backend: t.Backend, Out: t.Out, Resume: t.Resume, NoWait: t.NoWait, Checkpoints: t.Checkpoints, Init: t.Env.Init,
		Watch: t.Watch, Say: t.Say,
	}
	if t.TensorBoard {
		trainer.TensorBoard = t.boardDir()
	}
	return trainer
}

// train trains the settings' model, or loads it where it has been trained, and puts its log and
// numbers on record.
func (t *trial) train(ctx context.Context) (*vapo.Model, error) {
	trainer := t.trainer()
	m, err := trainer.Train(ctx, t.run.Element, t.Config, t.data)
	// The log is kept in the cache while it grows: that of a training cut short is there too.
	if log, logErr := (&vapo.Model{Dir: trainer.Dir(t.Config, t.data)}).Log(); logErr == nil && len(log) > 0 {
		if logErr := record.Metrics(t.run, log); logErr != nil && err == nil {
			err = logErr
		}
		t.run.Results["steps"] = float64(log[len(log)-1].Step)
		t.run.Results["final_loss"] = log[len(log)-1].Loss
	}
	if err != nil {
		return nil, err
	}
	trained, seconds := m.Trained()
	t.run.Results["training_seconds"] = seconds
	if t.run.TrainedOn = m.Backends(); len(t.run.TrainedOn) > 1 {
		t.run.Note("The training was resumed on another backend: %s, in this order.", strings.Join(t.run.TrainedOn, ", "))
	}
	if m.Loaded {
		t.say("model loaded, trained %s ago in %.0f s%s", time.Since(trained).Round(time.Second), seconds, on(m.Backends()))
	}
	return m, t.describe(m)
}

// describe puts a model's size and its weights' hash on record.
func (t *trial) describe(m *vapo.Model) (err error) {
	t.run.Results["parameters"] = float64(training.Parameters(m))
	t.run.WeightsSHA256, err = vapo.WeightsSHA256(m.Store)
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
func (t *trial) boardDir() string { return filepath.Join(t.Out, "tensorboard", t.run.Name) }
