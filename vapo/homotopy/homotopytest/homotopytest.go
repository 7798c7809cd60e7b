// Package homotopytest is the suite that every path from noise to data must pass:
//
//	func TestMyPath(t *testing.T) { homotopytest.Run(t, MyPath{}, 1) }
package homotopytest

import (
	"errors"
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/internal/suite"
)

// Run checks that h is a usable path from the prior N(0, ω² I) in its clock s, up to the first failure: it builds for s [batch]
// and refuses other shapes; derivatives that belong to their functions, the prior at s = 0, a positive variance, a signal that
// only grows, and float32 that keeps its digits up to s = 1.
func Run(t *testing.T, h homotopy.Homotopy, omega float64) {
	t.Helper()
	suite.Run(t, checks(h, omega))
}

// Check is Run without a test: the first failure, or nil.
func Check(h homotopy.Homotopy, omega float64) error { return suite.First(checks(h, omega)) }

func checks(h homotopy.Homotopy, omega float64) []suite.Check {
	return []suite.Check{
		{Name: "shapes", Test: func() error { return checkShapes(h) }},
		{Name: "ends", Test: func() error { return checkEnds(h, omega) }},
		{Name: "derivatives", Test: func() error { return checkDerivatives(h) }},
		{Name: "monotone", Test: func() error { return checkMonotone(h) }},
		{Name: "float32", Test: func() error { return checkFloat32(h) }},
	}
}

// checkEnds: the path starts at the prior, whatever the data, and stays a Gaussian of positive variance.
func checkEnds(h homotopy.Homotopy, omega float64) error {
	all, err := homotopy.Evaluate(backend.Host(), h, Grid(101))
	if err != nil {
		return err
	}
	if start := all[0]; start.Mu != 0 || !close(start.V, omega*omega, 1e-12) {
		return fmt.Errorf("at s = 0 want the prior, μ = 0 and v = ω² = %g; got μ = %g, v = %g", omega*omega, start.Mu, start.V)
	}
	for _, c := range all {
		if !(c.V > 0) || math.IsInf(c.V, 0) {
			return fmt.Errorf("v(%g) = %g, want positive and finite: the end keeps a little noise, v(1) > 0", c.S, c.V)
		}
	}
	return nil
}

// checkDerivatives: μ̇ and v̇ are those of μ and v, by central differences whose error is of order step².
func checkDerivatives(h homotopy.Homotopy) error {
	const step = 1e-5
	for _, s := range Grid(41)[1:40] {
		c, err := homotopy.Evaluate(backend.Host(), h, []float64{s - step, s, s + step})
		if err != nil {
			return err
		}
		before, here, after := c[0], c[1], c[2]
		if want := (after.Mu - before.Mu) / (2 * step); !close(here.MuDot, want, 1e-7) {
			return fmt.Errorf("μ̇(%g) = %g, but differences of μ give %g", s, here.MuDot, want)
		}
		if want := (after.V - before.V) / (2 * step); !close(here.VDot, want, 1e-7) {
			return fmt.Errorf("v̇(%g) = %g, but differences of v give %g\nusual cause: the derivative of √v in place of that "+
				"of v, which is 2√v d√v/ds", s, here.VDot, want)
		}
	}
	return nil
}

// checkMonotone: μ and the signal-to-noise ratio μ²/v grow, so that κ > 0 inside (THEORY §6).
func checkMonotone(h homotopy.Homotopy) error {
	all, err := homotopy.Evaluate(backend.Host(), h, Grid(101))
	if err != nil {
		return err
	}
	for i, c := range all[1:] {
		if before := all[i]; !(c.Mu > before.Mu) || !(c.Mu*c.Mu/c.V > before.Mu*before.Mu/before.V) {
			return fmt.Errorf("from s = %g to %g, μ goes from %g to %g and v from %g to %g: μ and μ²/v must grow",
				before.S, c.S, before.Mu, c.Mu, before.V, c.V)
		}
		if !(c.Kappa() > 0) {
			return fmt.Errorf("κ(%g) = %g, want positive", c.S, c.Kappa())
		}
	}
	return nil
}

// checkFloat32: coefficients in float32 keep five digits, also near s = 1, where v is small.
func checkFloat32(h homotopy.Homotopy) error {
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
		return err
	}
	all, err := homotopy.Evaluate(backend.Host(), h, grid)
	if err != nil {
		return err
	}
	for k, name := range []string{"μ", "v", "μ̇", "v̇"} {
		if out[k].DType() != dtypes.Float32 {
			return fmt.Errorf("%s is %s for s in float32; usual cause: a constant that is not of s's dtype (graph.MulScalar "+
				"keeps it)", name, out[k].DType())
		}
		got := out[k].Value().([]float32)
		for i, c := range all {
			want := []float64{c.Mu, c.V, c.MuDot, c.VDot}[k]
			if !(math.Abs(float64(got[i])-want) <= 1e-5*math.Abs(want)) {
				return fmt.Errorf("%s(%g) = %g in float32, %g in float64\nusual cause: 1 − x for x near 1; write it as a sum "+
					"of positive terms", name, c.S, got[i], want)
			}
		}
	}
	return nil
}

// checkShapes: one s per example, or a panic.
func checkShapes(h homotopy.Homotopy) error {
	draw := func(s any) error {
		_, err := graph.CallOnce(backend.Host(), func(x, s *homotopy.Node) *homotopy.Node {
			return homotopy.Draw(h, x, x, s).Velocity()
		}, [][]float64{{1, 2}, {3, 4}, {5, 6}}, s)
		return err
	}
	if err := draw([]float64{0.1, 0.2, 0.3}); err != nil {
		return fmt.Errorf("three s for three examples: %w", err)
	}
	if draw([]float64{0.1, 0.2}) == nil {
		return errors.New("two s for three examples must panic")
	}
	if draw([][]float64{{0.1}, {0.2}, {0.3}}) == nil {
		return errors.New("s of shape [3, 1] for three examples must panic")
	}
	return nil
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
