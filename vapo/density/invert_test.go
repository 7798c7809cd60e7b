package density_test

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
)

// The exact potential, inverted, is log ρ̄ up to its constant, which the anchor finds: exact on other points than the references.
func TestInversionOfTheOracle(t *testing.T) {
	for name, data := range map[string]mixture.Mixture{"gauss2": mixture.Gauss2(), "ring8": mixture.Ring8(), "gauss16": mixture.Gauss16()} {
		for _, kind := range homotopy.List.Names() {
			path, err := homotopy.New(kind, 1, 0.01, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []float64{0.1, density.DefaultS, 0.9} {
				c := coefficients(t, path, s)
				x := data.SamplePath(c, 30, 3)
				exact, err := mixture.Optimal{Mixture: data, Homotopy: path}.Evaluate(backend.Host(), x, s)
				if err != nil {
					t.Fatal(err)
				}
				flow := oracle(data, path)
				inversion, err := density.Invert(flow, tensors.FromValue(x[:10]), exact.LogDensity[:10], s, nil)
				if err != nil {
					t.Fatal(err)
				}
				got, err := inversion.LogDensity(flow, tensors.FromValue(x))
				if err != nil {
					t.Fatal(err)
				}
				near(t, name+" on "+kind, got, exact.LogDensity, 1e-8)
				near(t, "1/κ", []float64{inversion.Amplification}, []float64{1 / (c.V*c.MuDot/c.Mu - c.VDot/2)}, 1e-9)
			}
		}
	}
}

// A constant added to Φ changes nothing once anchored; the median is not moved by one wrong reference, the mean is.
func TestAnchor(t *testing.T) {
	path, data, s := posterior(t), mixture.Ring8(), 0.5
	x := data.SamplePath(coefficients(t, path, s), 9, 3)
	points := tensors.FromValue(x)
	exact, err := mixture.Optimal{Mixture: data, Homotopy: path}.Evaluate(backend.Host(), x, s)
	if err != nil {
		t.Fatal(err)
	}
	wrong := append([]float64(nil), exact.LogDensity...)
	wrong[4] += 18
	for _, c := range []struct {
		by  density.Centre
		off float64
	}{{density.Mean, 2}, {density.Median, 0}} {
		flow := oracle(data, path)
		inversion, err := density.Invert(flow, points, wrong, s, c.by)
		if err != nil {
			t.Fatal(err)
		}
		got, err := inversion.LogDensity(flow, points)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			got[i] -= c.off
		}
		near(t, "log-density", got, exact.LogDensity, 1e-8)
	}
	if got := density.Median([]float64{4, 1, 3, 10}); got != 3.5 {
		t.Errorf("median of an even number of values is %g, want 3.5", got)
	}
}

// Errors of Φ come out of the inversion times 1/κ.
func TestAmplification(t *testing.T) {
	path, data := posterior(t), mixture.Ring8()
	for _, s := range []float64{0.3, 0.9} {
		x := tensors.FromValue(data.SamplePath(coefficients(t, path, s), 2, 3))
		exact, perturbed := oracle(data, path), oracle(data, path)
		bump := mixture.Optimal{Mixture: mixture.Gauss2(), Homotopy: path}
		perturbed.Potential = plus{exact.Potential, bump, 1e-3}
		contrast := func(flow *flow.Flow) (phi, log, amplification float64) {
			scorer, err := density.NewScorer(t.Context(), flow, x, density.Scoring{S: s, Batch: 2})
			if err != nil {
				t.Fatal(err)
			}
			at, err := scorer.Score(t.Context(), x)
			if err != nil {
				t.Fatal(err)
			}
			return at.Energy[0] - at.Energy[1], at.LogDensityPotential[0] - at.LogDensityPotential[1], scorer.Inversion.Amplification
		}
		phi0, log0, amplification := contrast(exact)
		phi1, log1, _ := contrast(perturbed)
		if got, want := log1-log0, -(phi1-phi0)*amplification; math.Abs(got-want) > 1e-8*math.Abs(want) {
			t.Errorf("s = %g: the log-density moved by %g, want %g", s, got, want)
		}
	}
}
