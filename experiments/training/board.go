package training

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vapoflow/experiments/record"
	"vapoflow/experiments/training/tensorboard"
	"vapoflow/vapo"
)

// board makes an observer write event files as well: means of the loss and of the gradient's norm, at most one a second. What
// cannot be written is the error of closing it, and ends no training.
func board(dir string, observe *func(vapo.Progress)) (close func() error, err error) {
	to, err := tensorboard.New(dir)
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
	return to.Close, nil
}

// BoardFigures writes a record's figures, sheets of samples among them, to a folder of event files.
func BoardFigures(board, dir string, figures []record.Figure, step int) error {
	to, err := tensorboard.New(board)
	if err != nil {
		return err
	}
	for _, f := range figures {
		png, readErr := os.ReadFile(filepath.Join(dir, f.File))
		if err = readErr; err != nil {
			break
		}
		to.Picture(step, strings.TrimSuffix(f.File, ".png"), png)
	}
	return errors.Join(err, to.Close())
}
