// Package homotopytest is the suite that every path from noise to data must pass:
//
//	func TestMyPath(t *testing.T) { homotopytest.Run(t, MyPath{}, 1) }
package homotopytest

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
)

// Run checks that h is a usable path from the prior N(0, ω² I) in its clock s: derivatives that
// belong to their functions, a positive variance, the prior at s = 0, a signal that only grows,
// float32 that keeps its digits up to s = 1, and panics for wrong shapes.
func Run(t *testing.T, h homotopy.Homotopy, omega float64) {
	t.Run("ends", func(t *testing.T) { ends(t, h, omega) })
	t.Run("derivatives", func(t *testing.T) { derivatives(t, h) })
	t.Run("monotone", func(t *testing.T) { monotone(t, h) })
	t.Run("float32", func(t *testing.T) { singlePrecision(t, h) })
	t.Run("shapes", func(t *testing.T) { shapes(t, h) })
}

// ends: the path starts at the prior, whatever the data, and stays a Gaussian of positive variance.
func ends(t *testing.T, h homotopy.Homotopy, omega float64) {
	all := Evaluate(t, h, Grid(101))
	if start := all[0]; start.Mu != 0 || !close(start.V, omega*omega, 1e-12) {
		t.Errorf("at s = 0 want the prior, μ = 0 and v = %g; got μ = %g, v = %g", omega*omega, start.Mu, start.V)
	}
	for _, c := range all {
		if !(c.V > 0) || math.IsInf(c.V, 0) {
			t.Errorf("v(%g) = %g, want positive and finite", c.S, c.V)
		}
	}
}

// derivatives: μ̇ and v̇ are those of μ and v, by central differences whose error is of order step².
func derivatives(t *testing.T, h homotopy.Homotopy) {
	const step = 1e-5
	for _, s := range Grid(41)[1:40] {
		c := Evaluate(t, h, []float64{s - step, s, s + step})
		before, here, after := c[0], c[1], c[2]
		if want := (after.Mu - before.Mu) / (2 * step); !close(here.MuDot, want, 1e-7) {
			t.Errorf("μ̇(%g) = %g, but differences of μ give %g", s, here.MuDot, want)
		}
		if want := (after.V - before.V) / (2 * step); !close(here.VDot, want, 1e-7) {
			t.Errorf("v̇(%g) = %g, but differences of v give %g", s, here.VDot, want)
		}
	}
}

// monotone: μ and the signal-to-noise ratio μ²/v grow, so that κ > 0 inside (THEORY §6).
func monotone(t *testing.T, h homotopy.Homotopy) {
	all := Evaluate(t, h, Grid(101))
	for i, c := range all[1:] {
		if before := all[i]; !(c.Mu > before.Mu) || !(c.Mu*c.Mu/c.V > before.Mu*before.Mu/before.V) {
			t.Errorf("from s = %g to %g, μ goes from %g to %g and v from %g to %g: μ and μ²/v must grow",
				before.S, c.S, before.Mu, c.Mu, before.V, c.V)
		}
		if !(c.Kappa() > 0) {
			t.Errorf("κ(%g) = %g, want positive", c.S, c.Kappa())
		}
	}
}

// singlePrecision: coefficients in float32 keep five digits, also near s = 1, where v is small.
func singlePrecision(t *testing.T, h homotopy.Homotopy) {
	grid := Grid(65) // multiples of 1/64 are exact in float32
	narrow := make([]float32, len(grid))
	for i, s := range grid {
		narrow[i] = float32(s)
	}
	out, err := graph.CallOnceN(backend.Host(), func(s *homotopy.Node) []*homotopy.Node {
		c := h.At(s)
		return []*homotopy.Node{c.Mu, c.V, c.MuDot, c.VDot}
	}, narrow)
	if err != nil {
		t.Fatal(err)
	}
	for k, name := range []string{"μ", "v", "μ̇", "v̇"} {
		got := out[k].Value().([]float32)
		for i, c := range Evaluate(t, h, grid) {
			want := []float64{c.Mu, c.V, c.MuDot, c.VDot}[k]
			if math.Abs(float64(got[i])-want) > 1e-5*math.Abs(want) {
				t.Errorf("%s(%g) = %g in float32, %g in float64", name, c.S, got[i], want)
			}
		}
	}
}

// shapes: one s per example, or a panic.
func shapes(t *testing.T, h homotopy.Homotopy) {
	draw := func(s any) error {
		_, err := graph.CallOnce(backend.Host(), func(x, s *homotopy.Node) *homotopy.Node {
			return homotopy.Draw(h, x, x, s).Velocity()
		}, [][]float64{{1, 2}, {3, 4}, {5, 6}}, s)
		return err
	}
	if err := draw([]float64{0.1, 0.2, 0.3}); err != nil {
		t.Errorf("three s for three examples: %v", err)
	}
	if draw([]float64{0.1, 0.2}) == nil {
		t.Error("two s for three examples must panic")
	}
	if draw([][]float64{{0.1}, {0.2}, {0.3}}) == nil {
		t.Error("s of shape [3, 1] for three examples must panic")
	}
}

// Evaluate is [homotopy.Evaluate] on pure Go that fails the test.
func Evaluate(t testing.TB, h homotopy.Homotopy, s []float64) []homotopy.Values {
	t.Helper()
	c, err := homotopy.Evaluate(backend.Host(), h, s)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Grid is n equally spaced values of s from 0 to 1.
func Grid(n int) []float64 {
	s := make([]float64, n)
	for i := range s {
		s[i] = float64(i) / float64(n-1)
	}
	return s
}

// close compares relative to the larger of want and one.
func close(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))
}
