package vapo

import (
	"fmt"
	"math"
	"os"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/internal/variables"
	"vapoflow/vapo/named"
	"vapoflow/vapo/optimizer"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/times"
)

// Training is the numbers of one training. [DefaultTraining] fills in what most runs use.
type Training struct {
	Steps        int     `json:"steps"`
	Batch        int     `json:"batch"`
	Optimizer    string  `json:"optimizer"`     // adam or muon
	LearningRate float64 `json:"learning_rate"` // after the warm-up; under muon its matrices take 10 times it
	Warmup       int     `json:"warmup"`        // steps of linear warm-up
	Decay        string  `json:"decay"`         // "constant", or "cosine": to zero at the last step
	Clip         float64 `json:"clip"`          // largest global norm of the gradient; 0 does not clip, nor does a loss that is [loss.Unclipped]
	EMA          float64 `json:"ema"`           // decay of the moving average of the weights, in [0, 1)
	Times        string  `json:"times"`         // how s is drawn and weighted, a name of times.List
	Flip         bool    `json:"flip"`          // mirror images at random
	Seed         int64   `json:"seed"`          // of weights, data order, noise and times

	Options named.Options `json:"options,omitempty"` // of the pieces' own, such as potential.frequencies
}

// DefaultTraining is 10,000 steps of batch 256 at learning rate 1e-3.
func DefaultTraining() Training {
	return Training{Steps: 10_000, Batch: 256, Optimizer: "adam", LearningRate: 1e-3, Warmup: 100, Decay: "cosine", Clip: 1, EMA: 0.999, Times: "stratified"}
}

// Validate says which number cannot be used, and what can.
func (t Training) Validate() error {
	switch {
	case t.Steps < 1:
		return fmt.Errorf("vapo: steps must be at least 1, got %d", t.Steps)
	case t.Batch < 1:
		return fmt.Errorf("vapo: batch must be at least 1, got %d", t.Batch)
	case !(t.LearningRate > 0):
		return fmt.Errorf("vapo: learning_rate must be positive, got %g", t.LearningRate)
	case t.Warmup < 0:
		return fmt.Errorf("vapo: warmup must not be negative, got %d", t.Warmup)
	case !(t.Clip >= 0):
		return fmt.Errorf("vapo: clip must not be negative (0 does not clip), got %g", t.Clip)
	case !(t.EMA >= 0 && t.EMA < 1):
		return fmt.Errorf("vapo: ema must lie in [0, 1), got %g", t.EMA)
	case t.Decay != "constant" && t.Decay != "cosine":
		return fmt.Errorf("vapo: unknown decay %q; choose constant or cosine", t.Decay)
	}
	_, _, err := t.pieces()
	return err
}

// pieces are the optimizer and the law of s.
func (t Training) pieces() (optimizer.Optimizer, times.Law, error) {
	descent, err := optimizer.List.Make(t.Optimizer, nil, t.Options.Of(optimizer.List.Kind()))
	if err != nil {
		return nil, nil, fmt.Errorf("vapo: %w", err)
	}
	law, err := times.List.Make(t.Times, nil, t.Options.Of(times.List.Kind()))
	if err != nil {
		return nil, nil, fmt.Errorf("vapo: %w", err)
	}
	return descent, law, nil
}

// rate is the learning rate at a step: linear warm-up, then constant or half a cosine.
func (t Training) rate(step int) float64 {
	if step < t.Warmup {
		return t.LearningRate * float64(step+1) / float64(t.Warmup)
	}
	if t.Decay == "cosine" {
		done := float64(step-t.Warmup) / float64(max(1, t.Steps-t.Warmup))
		return t.LearningRate * 0.5 * (1 + math.Cos(math.Pi*done))
	}
	return t.LearningRate
}

// decay is the EMA's decay at a step: it grows to t.EMA, so that the first weights, which are
// noise, are forgotten at once. The first step takes the weights as they are.
func (t Training) decay(step int) float64 {
	return min(t.EMA, float64(step)/float64(step+10))
}

// average extracts the EMA of the weights, and what was not trained, as a store of its own.
func average(trained *model.Store) (*model.Store, error) {
	store, err := variables.Copy(trained, func(v *model.Variable) (*tensors.Tensor, error) {
		if !strings.HasPrefix(v.Path(), "/"+potential.Scope+"/") {
			return nil, nil
		}
		if ema := trained.GetVariable(emaScope + v.Path()); ema != nil {
			v = ema
		}
		return variables.Clone(v)
	})
	if err != nil {
		return nil, fmt.Errorf("vapo: %w", err)
	}
	return store, nil
}

func float32Shape(dims ...int) shapes.Shape { return shapes.Make(dtypes.Float32, dims...) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
