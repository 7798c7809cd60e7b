package mixture_test

import (
	"math"
	"testing"

	"vapoflow/vapo/mixture"
)

// TestOneGaussian: data N(m, σ²I) has C = v + μ²σ², a = (v̇ + 2μμ̇σ²)/2C, y = x − μm and Φ* = μ̇ m·y + ½ a(‖y‖² − dC), u* = μ̇ m
// + a y (THEORY §6), constant c(s) included.
func TestOneGaussian(t *testing.T) {
	for _, m := range []mixture.Mixture{mixture.Gauss2(), mixture.Gauss16()} {
		for _, h := range paths(t) {
			for _, s := range clock {
				c := coefficients(t, h, s)
				variance := c.V + c.Mu*c.Mu*m.Std*m.Std
				rate := (c.VDot + 2*c.Mu*c.MuDot*m.Std*m.Std) / (2 * variance)
				x := m.SamplePath(c, 4, 8)
				exact := evaluate(t, mixture.Optimal{Mixture: m, Homotopy: h}, x, s)
				for i := range x {
					phi := 0.0
					for j, mean := range m.Means[0] {
						y := x[i][j] - c.Mu*mean
						phi += c.MuDot*mean*y + rate*(y*y-variance)/2
						near(t, exact.Field[i][j], c.MuDot*mean+rate*y, 1e-10, "%v: u* at s = %g", h, s)
					}
					near(t, exact.Phi[i], phi, 1e-10, "%v: Φ* at s = %g", h, s)
				}
			}
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
