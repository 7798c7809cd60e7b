package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"vapoflow/experiments/record"
	"vapoflow/experiments/training"
	"vapoflow/internal/numbers"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/density"
	"vapoflow/vapo/solver"
)

// workload is one network at one size, timed in a process of its own: ours, or a twin's (experiments/peers/twin.py).
type workload struct {
	Net    string `json:"net"` // mlp or resnet
	Batch  int    `json:"batch"`
	Width  int    `json:"width"`
	Size   int    `json:"size"`             // of images
	Images string `json:"images,omitempty"` // an .npy file to read batches from
}

func (c workload) config() vapo.Config {
	config := vapo.DefaultConfig()
	config.Batch, config.Width, config.Steps = c.Batch, c.Width, 1<<30
	if c.Net == "resnet" {
		ofImages(&config, c.Size, c.Width, c.Batch)
	}
	return config
}

// answer is one line of a worker.
type answer struct {
	Version string  `json:"version,omitempty"` // of the first line: what computes
	Weights int     `json:"weights,omitempty"`
	Seconds float64 `json:"seconds,omitempty"` // of the first step, then of one of those asked for; 0: it has no such thing
	Bytes   int64   `json:"bytes,omitempty"`
}

// Worker takes one step of the workload given in JSON on the backend that $VAPO_BACKEND or auto chooses, prints an answer, and
// answers each line "JOB N" until the input ends, as experiments/peers/twin.py does.
func Worker(ctx context.Context, text string, in io.Reader, out io.Writer) error {
	var c workload
	if err := json.Unmarshal([]byte(text), &c); err != nil {
		return fmt.Errorf("bench worker: the workload %q: %w", text, err)
	}
	choice, err := backend.New("")
	if err != nil {
		return err
	}
	began := time.Now()
	t, err := startTraining(ctx, c.config(), choice)
	if err != nil {
		return err
	}
	say := json.NewEncoder(out)
	if err := say.Encode(answer{Version: choice.Line, Weights: t.weights, Seconds: time.Since(began).Seconds()}); err != nil {
		return err
	}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var job string
		var n int
		if _, err := fmt.Sscan(lines.Text(), &job, &n); err != nil {
			return fmt.Errorf("bench worker: the job %q: %w", lines.Text(), err)
		}
		var a answer
		switch job {
		case "memory":
			a.Bytes = record.PeakMemory()
		case "step":
			a.Seconds, err = t.steps(n)
		case "sample", "density":
			a.Seconds, err = t.evaluations(ctx, job, n)
		case "data":
			a.Seconds, err = c.read(n)
		}
		if err != nil {
			return err
		}
		if err := say.Encode(a); err != nil {
			return err
		}
	}
	return nil
}

// pausing is a training that waits after the steps asked for.
type pausing struct {
	model   *vapo.Model
	weights int
	last    vapo.Progress
	until   chan int // the step to stop after next
	reached chan vapo.Progress
	failed  chan error
}

func startTraining(ctx context.Context, config vapo.Config, choice *backend.Choice) (*pausing, error) {
	data, err := config.Open("", "train")
	if err != nil {
		return nil, err
	}
	t := &pausing{until: make(chan int), reached: make(chan vapo.Progress), failed: make(chan error, 1)}
	if t.model, err = config.Model(choice.Backend, data.Info().Shape, nil); err != nil {
		return nil, err
	}
	l, err := config.NewLoss()
	if err != nil {
		return nil, err
	}
	until := 1
	go func() {
		t.failed <- vapo.Train(ctx, t.model, l, data, config.Training, vapo.Run{Observe: func(p vapo.Progress) {
			if p.Step == until {
				t.reached <- p
				until = <-t.until
			}
		}})
	}()
	if err := t.wait(); err != nil {
		return nil, err
	}
	if t.model.Store, err = t.last.Weights(); err != nil {
		return nil, err
	}
	t.weights = training.Parameters(t.model)
	return t, nil
}

func (t *pausing) wait() error {
	select {
	case t.last = <-t.reached:
		return nil
	case err := <-t.failed:
		return err
	}
}

// steps is the time of one of n training steps.
func (t *pausing) steps(n int) (float64, error) {
	began := time.Now()
	t.until <- t.last.Step + n
	err := t.wait()
	return time.Since(began).Seconds() / float64(n), err
}

// evaluations is the time of one of n evaluations of ∇Φ of a batch, or of its log-density's integrand, along Heun's steps.
func (t *pausing) evaluations(ctx context.Context, job string, n int) (float64, error) {
	f, watch := &t.model.Flow, &stopwatch{Fixed: solver.Fixed{Tableau: solver.Heun, Steps: warmUp + n/2}}
	if job == "sample" {
		solution, err := f.Sample(ctx, watch, 1, 0, t.model.Config.Batch)
		if err != nil {
			return 0, err
		}
		solution.Finalize()
		return watch.seconds, nil
	}
	if len(f.Shape) > 1 {
		return 0, nil
	}
	x, err := f.Prior(1, 0, t.model.Config.Batch)
	if err != nil {
		return 0, err
	}
	defer numbers.Finalize(x)
	_, err = density.LogDensity(ctx, f, watch, x, 1, density.Exact{})
	return watch.seconds, err
}

// stopwatch times the evaluations of a field after the first steps, in which it is compiled.
type stopwatch struct {
	solver.Fixed
	seconds float64 // of one
}

const warmUp = 3 // steps

func (w *stopwatch) Solve(ctx context.Context, f solver.Field, y solver.State, s0, s1 float64) (solver.Solution, error) {
	var began time.Time
	n := 0
	solution, err := w.Fixed.Solve(ctx, func(s float64, y solver.State) (solver.State, error) {
		if n++; n == 2*warmUp+1 {
			began = time.Now()
		}
		return f(s, y)
	}, y, s0, s1)
	w.seconds = time.Since(began).Seconds() / float64(n-2*warmUp)
	return solution, err
}

// read is the time to read one of n batches from a file of images, shuffled and scaled.
func (c workload) read(n int) (float64, error) {
	if c.Images == "" {
		return 0, nil
	}
	data, err := dataset.Open(c.Images, dataset.Options{})
	if err != nil {
		return 0, err
	}
	batches, err := dataset.NewBatches(data, c.Batch, 1, false)
	if err != nil {
		return 0, err
	}
	x := make([]float32, c.Batch*data.Info().Size())
	began := time.Now()
	for i := range n {
		if err := batches.Fill(i, x); err != nil {
			return 0, err
		}
	}
	return time.Since(began).Seconds() / float64(n), nil
}
