package density_test

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// sudden ends in the data itself: √v = 1 − s, so that κ = 0 at s = 1.
type sudden struct{}

func (sudden) At(s *homotopy.Node) homotopy.Coefficients {
	rest := graph.OneMinus(s)
	return homotopy.Coefficients{Mu: s, MuDot: graph.OnesLike(s), V: graph.Square(rest), VDot: graph.MulScalar(rest, -2)}
}

func TestErrorsNameTheValue(t *testing.T) {
	ctx := t.Context()
	exact := oracle(mixture.Gauss2(), posterior(t))
	end := oracle(mixture.Gauss2(), sudden{})
	untrained := exact.With(potential.MLP{})
	x := tensors.FromValue([][]float64{{1, 2}, {3, 4}})
	at := func(f *flow.Flow, x *tensors.Tensor, s float64, d density.Divergence) error {
		_, err := density.LogDensity(ctx, f, nil, x, s, d)
		return err
	}
	invert := func(f *flow.Flow, known []float64, s float64) error {
		_, err := density.Invert(f, x, known, s, nil)
		return err
	}
	kl := func(n int, s ...float64) error {
		_, err := density.KL(ctx, exact, nil, mixture.Gauss2(), s, n, 1, nil)
		return err
	}
	score := func(how density.Scoring) error {
		_, err := density.NewScorer(ctx, exact, x, how)
		return err
	}
	_, _, divergence := density.Laplacian(exact, x, -0.25, nil)
	wide := exact.With(exact.Potential)
	wide.Shape = []int{33}

	for _, c := range []struct {
		want string
		err  error
	}{
		{"1.25", at(exact, x, 1.25, nil)},
		{"NaN", at(exact, x, math.NaN(), nil)},
		{"-0.25", divergence},
		{"at least one point", at(exact, tensors.FromFlatDataAndDimensions([]float64{}, 0, 2), 1, nil)},
		{"[1, 3]", at(exact, tensors.FromValue([][]float64{{1, 2, 3}}), 1, nil)},
		{"[2]", at(exact, tensors.FromValue([]float64{1, 2}), 1, nil)},
		{"Int64", at(exact, tensors.FromValue([][]int64{{1, 2}}), 1, nil)},
		{"point 1 holds NaN", at(exact, tensors.FromValue([][]float64{{1, 2}, {3, math.NaN()}}), 1, nil)},
		{"point 0 holds +Inf", at(exact, tensors.FromValue([][]float64{{1, math.Inf(1)}}), 1, nil)},
		{"the points", at(exact, nil, 1, nil)},
		{"got 0", at(exact, x, 1, density.Hutchinson{})},
		{"got -2", at(exact, x, 1, density.Hutchinson{Probes: -2})},
		{"got 33; use Hutchinson", at(wide, tensors.FromValue([][]float64{make([]float64, 33)}), 1, nil)},
		{"/potential/hidden_0", at(untrained, x, 1, nil)},
		{"needs a backend", at(&flow.Flow{}, x, 1, nil)},
		{"μ = 0 at s = 0", invert(exact, []float64{1, 2}, 0)},
		{"κ = 0 at s = 1", invert(end, []float64{1, 2}, 1)},
		{"choose 0 < s < 1", invert(end, []float64{1, 2}, 1)},
		{"1 known log-densities for 2", invert(exact, []float64{1}, 0.5)},
		{"reference point 1 is -Inf", invert(exact, []float64{1, math.Inf(-1)}, 0.5)},
		{"got 1", kl(1, 0.5)},
		{"at least one s", kl(5)},
		{"1.5", kl(5, 0.5, 1.5)},
		{"got 0.5 after 0.75", kl(5, 0.75, 0.5)},
		{"-3", score(density.Scoring{Batch: -3})},
		{"2.5", score(density.Scoring{S: 2.5})},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("want an error that names %q, got %v", c.want, c.err)
		}
	}
}
