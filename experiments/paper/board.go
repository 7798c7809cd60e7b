package paper

import (
	"os"
	"path/filepath"
	"strings"
	"time"

	"vapoflow/experiments/tensorboard"
	"vapoflow/vapo"
)

// boardDir is the folder of the work's event files: TensorBoard calls the run by its name.
func (w *work) boardDir() string { return filepath.Join(w.Out, "tensorboard", w.run.Name) }

// board makes an observer write event files as well: means of the loss and of the gradient's norm, at most one a second. What cannot be
// written is told when it is closed, and ends no training.
func (w *work) board(observe *func(vapo.Progress)) (close func(), err error) {
	to, err := tensorboard.New(w.boardDir())
	if err != nil {
		return nil, err
	}
	first := *observe
	var loss, norm float64
	n, last, from := 0, time.Now(), 0
	*observe = func(p vapo.Progress) {
		if first != nil {
			first(p)
		}
		loss, norm, n = loss+p.Loss, norm+p.GradNorm, n+1
		if now := time.Now(); now.Sub(last) >= time.Second || p.Step == p.Steps {
			to.Scalar(p.Step, "loss", loss/float64(n))
			to.Scalar(p.Step, "gradient_norm", norm/float64(n))
			if from > 0 {
				to.Scalar(p.Step, "steps_per_second", float64(p.Step-from)/now.Sub(last).Seconds())
			}
			loss, norm, n, last, from = 0, 0, 0, now, p.Step
		}
	}
	return func() {
		if err := to.Close(); err != nil {
			w.say("%s: %v", w.run.Element, err)
		}
	}, nil
}

// boardFigures adds the run's figures, sheets of samples among them.
func (w *work) boardFigures() error {
	to, err := tensorboard.New(w.boardDir())
	if err != nil {
		return err
	}
	for _, f := range w.run.Figures {
		png, err := os.ReadFile(w.run.Path(f.File))
		if err != nil {
			_ = to.Close() // the first error is the one to tell
			return err
		}
		to.Picture(w.Steps, strings.TrimSuffix(f.File, ".png"), png)
	}
	return to.Close()
}
