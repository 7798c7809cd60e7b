package mixture_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
)

// TestEvolution: the marginal density obeys Proposition 1 (THEORY §3),
//
//	∂_s ρ̄ = −½ E_x̄[ρ(x; x̄, s)(γ − γ̄)],   γ − γ̄ = −(v̇/v)(‖ε‖² − d) − 2(μ̇/√v) ε·x̄,
//
// and the optimal field moves mass the same way, ∇·(ρ̄∇Φ*) = −∂_s ρ̄. All by central differences.
func TestEvolution(t *testing.T) {
	const step = 1e-5
	for _, std := range []float64{0, 0.3} {
		m := uneven(t, std)
		for _, h := range paths(t) {
			o := mixture.Optimal{Mixture: m, Homotopy: h}
			for _, s := range []float64{0.1, 0.4, 0.7, 0.9} {
				c := coefficients(t, h, s)
				x := m.SamplePath(c, 12, 7)
				here := evaluate(t, o, x, s)
				before, after := evaluate(t, o, x, s-step), evaluate(t, o, x, s+step)
				around := evaluate(t, o, neighbours(x, step), s)
				for i := range x {
					density := math.Exp(here.LogDensity[i])
					change := (math.Exp(after.LogDensity[i]) - math.Exp(before.LogDensity[i])) / (2 * step)
					flux := 0.0
					for j := range x[i] {
						at := 4*i + 2*j
						flux += (math.Exp(around.LogDensity[at+1])*around.Field[at+1][j] -
							math.Exp(around.LogDensity[at])*around.Field[at][j]) / (2 * step)
					}
					near(t, flux/density, -change/density, 1e-5, "%v, τ = %g: ∇·(ρ̄∇Φ*)/ρ̄ at s = %g", h, std, s)
					if std == 0 { // the mean over x̄ is a sum
						near(t, change/density, -innovation(m, x[i], c)/(2*density), 1e-5, "%v: ∂ρ̄/ρ̄ at s = %g", h, s)
					}
				}
			}
		}
	}
}

// innovation is E_x̄[ρ(x; x̄, s)(γ − γ̄)] for a set of points.
func innovation(m mixture.Mixture, x []float64, c homotopy.Values) float64 {
	d, sum := float64(len(x)), 0.0
	for k, data := range m.Means {
		noise := make([]float64, len(x))
		for j := range x {
			noise[j] = (x[j] - c.Mu*data[j]) / math.Sqrt(c.V)
		}
		density := math.Exp(-dot(noise, noise)/2) / math.Pow(2*math.Pi*c.V, d/2)
		sum += weight(m, k) * density *
			(-c.VDot/c.V*(dot(noise, noise)-d) - 2*c.MuDot/math.Sqrt(c.V)*dot(noise, data))
	}
	return sum
}

// TestAutonomous: on the line, the best potential without a clock solves ρ̃Φ' = CDF_q − CDF_ρ̄(1),
// ρ̃ = ∫ρ̄ ds (THEORY §5). Its Φ' is the mean of u* over s given x, so that ρ̃Φ' = ∫ρ̄u* ds.
func TestAutonomous(t *testing.T) {
	m, err := mixture.New([]float64{0.7, 0.3}, [][]float64{{-1}, {1.5}}, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	s, w := make([]float64, 60), make([]float64, 60)
	quad.Legendre{}.FixedLocations(s, w, 0, 1)
	cdf := func(x, variance float64) float64 { return math.Erfc(-x/math.Sqrt(2*variance)) / 2 }
	for _, h := range paths(t) {
		end := coefficients(t, h, 1)
		for _, x := range []float64{-2, -0.6, 0.1, 1.2} {
			same := make([][]float64, len(s))
			for i := range same {
				same[i] = []float64{x}
			}
			exact, err := mixture.Optimal{Mixture: m, Homotopy: h}.Evaluate(backend.Host(), same, s...)
			if err != nil {
				t.Fatal(err)
			}
			flux := 0.0
			for i := range s {
				flux += w[i] * math.Exp(exact.LogDensity[i]) * exact.Field[i][0]
			}
			want := cdf(x, coefficients(t, h, 0).V)
			for k, mean := range m.Means {
				want -= weight(m, k) * cdf(x-end.Mu*mean[0], end.V+end.Mu*end.Mu*m.Std*m.Std)
			}
			near(t, flux, want, 1e-8, "%v: ρ̃Φ'(%g)", h, x)
		}
	}
}
