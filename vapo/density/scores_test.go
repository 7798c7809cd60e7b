package density_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"

	"vapoflow/vapo/density"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/named"
	"vapoflow/vapo/solver"
)

// For one Gaussian all scores have closed forms: ρ̄ = N(μm, V I).
func TestScoresOfAGaussian(t *testing.T) {
	path, data, s := posterior(t), mixture.Gauss2(), 0.6
	c := coefficients(t, path, s)
	variance := c.V + c.Mu*c.Mu*data.Std*data.Std
	references, x := data.SamplePath(c, 50, 1), data.SamplePath(c, 7, 2)
	logDensity := func(x [][]float64) []float64 {
		out := make([]float64, len(x))
		for i := range x {
			square := 0.0
			for j := range x[i] {
				square += math.Pow(x[i][j]-c.Mu*data.Means[0][j], 2)
			}
			out[i] = -square/(2*variance) - math.Log(2*math.Pi*variance)
		}
		return out
	}
	want := logDensity(x)
	mean := stat.Mean(logDensity(references), nil)
	var norm, typicality, energy []float64
	exact, err := mixture.Optimal{Mixture: data, Homotopy: path}.Evaluate(oracle(data, path).Backend, x, s)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range want {
		norm = append(norm, math.Sqrt(2*(-v-math.Log(2*math.Pi*variance))/variance))
		typicality = append(typicality, math.Abs(v-mean))
		energy = append(energy, -exact.Phi[i])
	}
	scorer, err := density.NewScorer(t.Context(), oracle(data, path), tensors.FromValue(references), density.Scoring{S: s, Solver: tight, Batch: 20})
	if err != nil {
		t.Fatal(err)
	}
	got, err := scorer.Score(t.Context(), tensors.FromValue(x))
	if err != nil {
		t.Fatal(err)
	}
	near(t, "energy", got.Energy, energy, 1e-10)
	near(t, "score norm", got.ScoreNorm, norm, 1e-8)
	near(t, "log-density by the flow", got.LogDensityFlow, want, 1e-8)
	near(t, "log-density by inversion", got.LogDensityPotential, want, 1e-8)
	near(t, "typicality by the flow", got.TypicalityFlow, typicality, 1e-8)
	near(t, "typicality by inversion", got.TypicalityPotential, typicality, 1e-8)
	minus := make([]float64, len(want))
	for i := range want {
		minus[i] = -want[i]
	}
	for name, known := range map[string][]float64{
		"energy": energy, "score norm": norm, "log-density by the flow": minus, "log-density by inversion": minus,
		"typicality by the flow": typicality, "typicality by inversion": typicality,
	} {
		near(t, name+" of the list", got.Named[name], known, 1e-8)
	}
	if got.LogDensityFlowErr != nil || got.NFE == 0 {
		t.Errorf("standard error %v, NFE %d", got.LogDensityFlowErr, got.NFE)
	}
}

// Without the flow the density is relative, and the typicality, which the constant leaves alone, is the same.
func TestScoresWithoutTheFlow(t *testing.T) {
	path, data := posterior(t), mixture.Ring8()
	c := coefficients(t, path, density.DefaultS)
	references, x := tensors.FromValue(data.SamplePath(c, 30, 1)), tensors.FromValue(data.SamplePath(c, 5, 2))
	score := func(how density.Scoring) density.Scores {
		scorer, err := density.NewScorer(t.Context(), oracle(data, path), references, how)
		if err != nil {
			t.Fatal(err)
		}
		if how.Solver == nil {
			of, err := scorer.Score(t.Context(), references)
			if err != nil {
				t.Fatal(err)
			}
			near(t, "mean over the references", []float64{stat.Mean(of.LogDensityPotential, nil)}, []float64{0}, 1e-10)
		}
		at, err := scorer.Score(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	alone, beside := score(density.Scoring{}), score(density.Scoring{Solver: tight})
	near(t, "typicality", alone.TypicalityPotential, beside.TypicalityPotential, 1e-9)
	near(t, "typicality", alone.TypicalityPotential, beside.TypicalityFlow, 1e-7)
	if alone.LogDensityFlow != nil || alone.TypicalityFlow != nil || alone.NFE != 0 {
		t.Errorf("scores of a flow that was left out: %+v", alone)
	}
}

// A score that reads the flow's log-density and does not ask for it is told so, with the flow and without.
func TestScoreAsksForWhatItReads(t *testing.T) {
	whole := density.List
	defer func() { density.List = whole }()
	density.List = named.New("score", named.Entries[density.Score]{{
		Name: "forgetful", Summary: "a mistake", Value: density.Score{Of: func(r density.Row) float64 { return r.LogDensity - r.LogDensityFlow }},
	}})
	path, data := posterior(t), mixture.Gauss2()
	for _, how := range []density.Scoring{{}, {Solver: tight}} {
		_, err := density.NewScorer(t.Context(), oracle(data, path), tensors.FromValue(data.Sample(9, 1)), how)
		if err == nil || !strings.Contains(err.Error(), `"forgetful" is NaN`) {
			t.Errorf("%v", err)
		}
	}
}

// Scores do not depend on how inputs are cut into batches, nor do the probes.
func TestBatchesDoNotMatter(t *testing.T) {
	flow := network(t, posterior(t), small, 3)
	x := tensors.FromValue(normal(7, 3))
	score := func(batch int) density.Scores {
		how := density.Scoring{Batch: batch, Solver: solver.Fixed{Steps: 4}, Divergence: density.Hutchinson{Probes: 3, Seed: 1}}
		scorer, err := density.NewScorer(t.Context(), flow, x, how)
		if err != nil {
			t.Fatal(err)
		}
		at, err := scorer.Score(t.Context(), x)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	one, many, stream := score(7), score(3), density.Scores{}
	how := density.Scoring{Batch: 3, Solver: solver.Fixed{Steps: 4}, Divergence: density.Hutchinson{Probes: 3, Seed: 1}}
	scorer, err := density.NewScorer(t.Context(), flow, x, how)
	if err != nil {
		t.Fatal(err)
	}
	for from, n := range map[int]int{0: 5, 5: 2} {
		part, err := scorer.ScoreFrom(t.Context(), from, tensors.FromValue(normal(7, 3)[from:][:n]))
		if err != nil {
			t.Fatal(err)
		}
		stream.LogDensityFlow = append(stream.LogDensityFlow, make([]float64, 7-len(stream.LogDensityFlow))...)
		copy(stream.LogDensityFlow[from:], part.LogDensityFlow)
	}
	near(t, "log-density of a stream", stream.LogDensityFlow, one.LogDensityFlow, 1e-10)
	near(t, "energy", many.Energy, one.Energy, 1e-10)
	near(t, "score norm", many.ScoreNorm, one.ScoreNorm, 1e-8)
	near(t, "log-density", many.LogDensityFlow, one.LogDensityFlow, 1e-10)
	near(t, "standard error", many.LogDensityFlowErr, one.LogDensityFlowErr, 1e-10)
	near(t, "typicality", many.TypicalityPotential, one.TypicalityPotential, 1e-7)
	if many.NFE != 3*one.NFE {
		t.Errorf("three batches took %d evaluations, one took %d", many.NFE, one.NFE)
	}
}

// The flow's density at the end of the path stands beside the inversion at its middle, which points of the path there anchor.
func TestScoresAtTwoClocks(t *testing.T) {
	path, data, s := posterior(t), mixture.Gauss2(), 0.6
	c, end, f := coefficients(t, path, s), coefficients(t, path, 1), oracle(data, path)
	x := data.SamplePath(end, 5, 1)
	how := density.Scoring{S: s, Solver: tight, FlowS: 1, Anchor: tensors.FromValue(data.SamplePath(c, 20, 2)), Grad: true}
	scorer, err := density.NewScorer(t.Context(), f, tensors.FromValue(data.SamplePath(end, 20, 3)), how)
	if err != nil {
		t.Fatal(err)
	}
	got, err := scorer.Score(t.Context(), tensors.FromValue(x))
	if err != nil {
		t.Fatal(err)
	}
	for clock, have := range map[float64][]float64{s: got.LogDensityPotential, 1: got.LogDensityFlow} {
		exact, err := mixture.Optimal{Mixture: data, Homotopy: path}.Evaluate(f.Backend, x, clock)
		if err != nil {
			t.Fatal(err)
		}
		near(t, fmt.Sprintf("log-density at s = %g", clock), have, exact.LogDensity, 1e-7)
		if clock == s {
			near(t, "∇Φ", got.Grad, slices.Concat(exact.Field...), 1e-9)
		}
	}
	how.Anchor = nil
	if _, err := density.NewScorer(t.Context(), f, tensors.FromValue(x), how); err == nil || !strings.Contains(err.Error(), "Anchor") {
		t.Errorf("without an anchor: %v", err)
	}
}

// Every score of the list speaks against points far from the data.
func TestScoresSpeakAgainstOutliers(t *testing.T) {
	data, path := mixture.Ring8(), posterior(t)
	in, out := data.Sample(64, 1), data.Sample(64, 2)
	for _, x := range out {
		x[0], x[1] = 3*x[0], 3*x[1]
	}
	scorer, err := density.NewScorer(t.Context(), oracle(data, path), tensors.FromValue(data.Sample(64, 3)), density.Scoring{S: 0.5, Solver: tight})
	if err != nil {
		t.Fatal(err)
	}
	near, err := scorer.Score(t.Context(), tensors.FromValue(in))
	if err != nil {
		t.Fatal(err)
	}
	far, err := scorer.Score(t.Context(), tensors.FromValue(out))
	if err != nil {
		t.Fatal(err)
	}
	for name := range density.List.All() {
		if a, b := stat.Mean(near.Named[name], nil), stat.Mean(far.Named[name], nil); !(b > a) {
			t.Errorf("%s: on average %.3g at data and %.3g at three times their distance; a larger score must speak against an input (a sign?)", name, a, b)
		}
	}
}
