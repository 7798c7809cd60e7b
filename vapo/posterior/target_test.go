package posterior

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
)

// TestTargets: at interior levels the inverted log-density is log ρ̄ up to a constant, and its gradient, the likelihood's and
// that of the guidance agree with central differences; the denoised mean, which guidance reads, is the exact one.
func TestTargets(t *testing.T) {
	path := homotopy.Straight{Omega: 1.2}
	data := mixture.Ring8()
	flow := &flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: mixture.Optimal{Mixture: data, Homotopy: path}, Shape: []int{2}}
	l, err := Matrix(mat.NewDense(1, 2, []float64{0.8, -0.4}), [][]float64{{0.7}}, 0.3)
	if err != nil {
		t.Fatal(err)
	}
	p, err := (&Posterior{Prior: Of(flow), Likelihood: l}).compile()
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	g, err := p.group(0, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []float64{0.1, 0.5, 0.9} {
		c, err := p.at(s)
		if err != nil {
			t.Fatal(err)
		}
		x := data.SamplePath(c, 2, 1)
		flat := append(append([]float64(nil), x[0]...), x[1]...)
		exact, err := mixture.Optimal{Mixture: data, Homotopy: path}.Evaluate(backend.Host(), x, s)
		if err != nil {
			t.Fatal(err)
		}
		logp, _, err := p.prior(t.Context(), c, flat)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := logp[1]-logp[0], exact.LogDensity[1]-exact.LogDensity[0]; !(math.Abs(got-want) < 1e-8) {
			t.Errorf("s = %g: the log-densities of two points differ by %g, want %g", s, got, want)
		}
		differences(t, flat, func(x []float64) ([]float64, []float64) { return triple(t)(p.prior(t.Context(), c, x)) })
		differences(t, flat, func(x []float64) ([]float64, []float64) { return triple(t)(p.likelihood(c, 0.2, x, g.data)) })
		differences(t, flat, func(x []float64) ([]float64, []float64) {
			u, grad, err := p.guidance(c, 0.2, x, g.data)
			ell := make([]float64, 2)
			for i := range ell { // ℓ at x̂ = (u − (v̇/2v)x)/(μ̇ − μv̇/2v)
				residual, pull := 0.7, c.VDot/(2*c.V)
				for j, a := range []float64{0.8, -0.4} {
					residual -= a * (u[2*i+j] - pull*x[2*i+j]) / (c.MuDot - c.Mu*pull)
				}
				ell[i] = -residual * residual / (2 * (0.09 + 0.2*0.8))
			}
			return triple(t)(ell, grad, err)
		})
	}
}

func triple(t *testing.T) func(value, grad []float64, err error) ([]float64, []float64) {
	return func(value, grad []float64, err error) ([]float64, []float64) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value, grad
	}
}

func differences(t *testing.T, x []float64, at func(x []float64) (value, grad []float64)) {
	t.Helper()
	const step = 1e-5
	_, grad := at(x)
	for k := range x {
		moved := append([]float64(nil), x...)
		moved[k] += step
		up, _ := at(moved)
		moved[k] -= 2 * step
		down, _ := at(moved)
		i := k / 2
		want := (up[i] - down[i]) / (2 * step)
		if !(math.Abs(grad[k]-want) <= 1e-5*math.Max(1, math.Abs(want))) {
			t.Errorf("gradient %d is %.9g, central differences give %.9g", k, grad[k], want)
		}
	}
}
