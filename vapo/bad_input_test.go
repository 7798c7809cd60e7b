package vapo_test

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

// hole is data in the plane whose examples from the third on hold a value that is no number.
type hole struct{}

func (hole) Info() dataset.Info { return dataset.Info{Name: "hole", Shape: []int{2}, Len: 8} }

func (hole) Read(i int, x []float32) error {
	x[0], x[1] = 1, 2
	if i >= 3 {
		x[1] = float32(math.NaN())
	}
	return nil
}

// Whoever hands in what cannot be used is told which value it is.
func TestBadInputIsNamed(t *testing.T) {
	ctx := context.Background()
	path := homotopy.Straight{Omega: 1}
	m := &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: mixture.Optimal{Mixture: mixture.Ring8(), Homotopy: path}, Shape: []int{2}, Store: model.NewStore()}}
	two := tensors.FromValue([][]float32{{0, 0}, {1, 1}})
	three := tensors.FromValue([][]float32{{0, 0, 0}})
	training := vapo.DefaultTraining()
	training.Steps, training.Batch, training.Warmup = 5, 4, 1
	train := func(data dataset.Dataset, change func(*vapo.Training)) error {
		numbers := training
		change(&numbers)
		fresh := &vapo.Model{Flow: flow.Flow{Backend: m.Backend, Homotopy: path, Potential: potential.MLP{Width: 4, Depth: 1}, Shape: []int{2}}}
		return vapo.Train(ctx, fresh, loss.Alignment{}, data, numbers, vapo.Run{})
	}
	ring, err := dataset.Open("ring8", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	same := func(*vapo.Training) {}
	for name, c := range map[string]struct {
		do   func() error
		want string
	}{
		"s above 1":               {func() error { _, err := homotopy.Evaluate(m.Backend, path, []float64{1.5}); return err }, "1.5"},
		"s that is no number":     {func() error { _, err := homotopy.Evaluate(m.Backend, path, []float64{math.NaN()}); return err }, "NaN"},
		"s of a potential":        {func() error { _, _, err := m.Evaluate(two, -0.25); return err }, "-0.25"},
		"sigma 0":                 {func() error { return homotopy.Posterior{Omega: 1, Sigma: 0}.Validate() }, "got 0"},
		"omega below 0":           {func() error { return homotopy.Straight{Omega: -2}.Validate() }, "-2"},
		"data that are no number": {func() error { return train(hole{}, same) }, "the data of training step 0 holds NaN"},
		"points of other shape":   {func() error { _, _, err := m.Evaluate(three, 0.5); return err }, "3"},
		"density of other shape":  {func() error { _, err := density.LogDensity(ctx, &m.Flow, nil, three, 1, nil); return err }, "3"},
		"tolerance below 0":       {func() error { _, err := m.Sample(ctx, solver.Adaptive{RTol: -1}, 1, 0, 2); return err }, "-1"},
		"steps below 0":           {func() error { _, err := solver.New("dopri5", solver.Options{Steps: -1}); return err }, "-1"},
		"empty batch":             {func() error { return train(ring, func(n *vapo.Training) { n.Batch = 0 }) }, "0"},
		"no samples":              {func() error { _, err := m.Sample(ctx, solver.Adaptive{}, 1, 0, 0); return err }, "0 samples"},
		"s of a density": {func() error {
			_, err := density.LogDensity(ctx, &m.Flow, nil, tensors.FromShape(two.Shape().Clone()), 2, nil)
			return err
		}, "2"},
	} {
		if err := c.do(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one that names %q", name, err, c.want)
		}
	}
}
