package mixture_test

import (
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"

	"vapoflow/vapo/mixture"
)

// TestOneGaussian: an isotropic Gaussian is a mixture of one, constant c(s) included.
func TestOneGaussian(t *testing.T) {
	for _, m := range []mixture.Mixture{mixture.Gauss2(), mixture.Gauss16()} {
		covariance := mat.NewSymDense(m.Dim(), nil)
		for i := range m.Dim() {
			covariance.SetSym(i, i, m.Std*m.Std)
		}
		g, err := mixture.NewGaussian(m.Means[0], covariance)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range paths(t) {
			for _, s := range clock {
				c := coefficients(t, h, s)
				x := m.SamplePath(c, 4, 8)
				exact := evaluate(t, mixture.Optimal{Mixture: m, Homotopy: h}, x, s)
				for i := range x {
					near(t, exact.Phi[i], g.Potential(x[i], c), 1e-10, "%v: Φ* at s = %g", h, s)
					for j, u := range g.Field(x[i], c) {
						near(t, exact.Field[i][j], u, 1e-10, "%v: u* at s = %g", h, s)
					}
				}
			}
		}
	}
}

// correlated is a Gaussian in the plane whose axes are not the coordinates'.
var (
	correlatedMean = []float64{0.8, -0.5}
	correlated     = mat.NewSymDense(2, []float64{1.5, 0.6, 0.6, 0.4})
)

// TestGaussianField: u* = (v̇/2v)x + (μ̇ − μ v̇/2v) E[x̄|x] with the mean of x̄ ~ N(m, Σ) given x, by
// linear regression: E[x̄|x] = m + μΣ(vI + μ²Σ)⁻¹(x − μm). And Φ* has it as its gradient, and mean zero.
func TestGaussianField(t *testing.T) {
	g, err := mixture.NewGaussian(correlatedMean, correlated)
	if err != nil {
		t.Fatal(err)
	}
	node, weights := make([]float64, 3), make([]float64, 3) // exact to degree five
	quad.Hermite{}.FixedLocations(node, weights, math.Inf(-1), math.Inf(1))
	for _, h := range paths(t) {
		for _, s := range []float64{0, 0.2, 0.7, 1} {
			c := coefficients(t, h, s)
			var total mat.SymDense // vI + μ²Σ
			total.ScaleSym(c.Mu*c.Mu, correlated)
			total.SetSym(0, 0, total.At(0, 0)+c.V)
			total.SetSym(1, 1, total.At(1, 1)+c.V)
			var root mat.Cholesky
			root.Factorize(&total)
			var lower mat.TriDense
			root.LTo(&lower)

			mean := 0.0
			for a := range node {
				for b := range node {
					z := mat.NewVecDense(2, []float64{math.Sqrt2 * node[a], math.Sqrt2 * node[b]})
					var centred, solved, regressed mat.VecDense
					centred.MulVec(&lower, z)
					x := []float64{c.Mu*correlatedMean[0] + centred.AtVec(0), c.Mu*correlatedMean[1] + centred.AtVec(1)}
					mean += weights[a] * weights[b] / math.Pi * g.Potential(x, c)

					if err := root.SolveVecTo(&solved, &centred); err != nil {
						t.Fatal(err)
					}
					regressed.MulVec(correlated, &solved)
					pull := c.VDot / (2 * c.V)
					for j, u := range g.Field(x, c) {
						want := pull*x[j] + (c.MuDot-c.Mu*pull)*(correlatedMean[j]+c.Mu*regressed.AtVec(j))
						near(t, u, want, 1e-8, "%v: u* at s = %g", h, s)
						ends := neighbours([][]float64{x}, 1e-4)[2*j:]
						slope := (g.Potential(ends[1], c) - g.Potential(ends[0], c)) / 2e-4 // exact for a quadratic
						near(t, slope, want, 1e-7, "%v: ∇Φ* at s = %g", h, s)
					}
				}
			}
			near(t, mean, 0, 1e-12, "%v: E Φ* at s = %g", h, s)
		}
	}
}

// TestFlowMap: an isotropic Gaussian flows along x(s) = μm + √(V/ω²) x(0) (THEORY §6).
func TestFlowMap(t *testing.T) {
	const step = 1e-6
	m := mixture.Gauss2()
	for _, h := range paths(t) {
		at := func(s float64) []float64 {
			c := coefficients(t, h, s)
			scale := math.Sqrt(c.V+c.Mu*c.Mu*m.Std*m.Std) / coefficients(t, h, 0).Sd()
			return []float64{c.Mu*m.Means[0][0] + scale*0.7, c.Mu*m.Means[0][1] - scale*1.9}
		}
		for _, s := range []float64{0.1, 0.5, 0.9} {
			u := evaluate(t, mixture.Optimal{Mixture: m, Homotopy: h}, [][]float64{at(s)}, s).Field[0]
			before, after := at(s-step), at(s+step)
			for j := range u {
				near(t, u[j], (after[j]-before[j])/(2*step), 1e-7, "%v: dx/ds at s = %g", h, s)
			}
		}
	}
}

func TestGaussianErrors(t *testing.T) {
	_, size := mixture.NewGaussian([]float64{0, 0, 0}, correlated)
	_, sign := mixture.NewGaussian([]float64{0, 0}, mat.NewSymDense(2, []float64{1, 2, 2, 1}))
	for want, err := range map[string]error{"3 dimensions": size, "eigenvalue -1": sign} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
