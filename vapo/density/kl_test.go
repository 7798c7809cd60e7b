package density_test

import (
	"math"
	"testing"

	"vapoflow/vapo/density"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

var overS = []float64{0, 0.3, 0.7, 1}

// The exact potential's flow has the exact density: every log ratio, not only their mean, vanishes.
func TestKLOfTheOracle(t *testing.T) {
	for name, data := range map[string]mixture.Mixture{"gauss2": mixture.Gauss2(), "ring8": mixture.Ring8()} {
		with := solver.Adaptive{RTol: 1e-8, ATol: 1e-8}
		got, err := density.KL(t.Context(), oracle(data, posterior(t)), with, data, overS, 50, 1, nil)
		if err != nil {
			t.Fatal(err)
		}
		zero := make([]float64, len(overS))
		near(t, name+": KL", got.Value, zero, 1e-6)
		near(t, name+": standard error", got.StdErr, zero, 1e-6)
	}
}

// aΦ* of a centred Gaussian carries the prior to N(0, W I), W = ω²(V/ω²)^a, whose divergence from N(0, V I) is
// (d/2)(W/V − 1 − log(W/V)): positive, and known.
func TestKLOfAScaledPotential(t *testing.T) {
	const a, n = 0.8, 2000
	path := posterior(t)
	data := mixture.Mixture{Means: [][]float64{{0, 0}}, Std: 0.5}
	flow := oracle(data, path)
	flow.Potential = plus{nil, flow.Potential, a}
	with := solver.Adaptive{RTol: 1e-6, ATol: 1e-6}
	for _, how := range []density.Divergence{density.Exact{}, density.Hutchinson{Probes: 2, Gaussian: true, Seed: 1}} {
		got, err := density.KL(t.Context(), flow, with, data, overS, n, 1, how)
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range overS {
			c := coefficients(t, path, s)
			ratio := math.Pow(c.V+c.Mu*c.Mu*0.25, a-1) // W/V with ω = 1
			want := ratio - 1 - math.Log(ratio)
			if math.Abs(got.Value[i]-want) > 4*got.StdErr[i]+1e-6 {
				t.Errorf("%T at s = %g: KL %.5f ± %.5f, want %.5f", how, s, got.Value[i], got.StdErr[i], want)
			}
			if _, exact := how.(density.Exact); exact && s == 1 && got.Value[i] < 5*got.StdErr[i] {
				t.Errorf("KL at the end, %.5f ± %.5f, should be clearly positive", got.Value[i], got.StdErr[i])
			}
		}
	}
}
