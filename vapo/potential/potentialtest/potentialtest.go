// Package potentialtest is the suite that every potential must pass before it can be trained:
//
//	func TestMyPotential(t *testing.T) { potentialtest.Run(t, MyPotential{}, []int{3}) }
package potentialtest

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/internal/suite"
	"vapoflow/vapo/potential"
)

// Run checks p for examples of the given shape, [d] or [height, width, channels], with random weights: one value for each
// example, which depends on no other; ∇ₓΦ against central differences, which a stopped gradient fails, and without jumps, which
// ReLU has; on every backend of this machine the same values and gradients in float32 as in float64, and the gradient in the
// weights of a loss that holds ∇ₓΦ against differences (second order).
func Run(t *testing.T, p potential.Potential, shape []int) {
	t.Helper()
	suite.Run(t, checks(p, shape, backendtest.All(t)))
}

// Check is Run without a test, on pure Go: the first failure, or nil.
func Check(p potential.Potential, shape []int) error {
	return suite.First(checks(p, shape, []compute.Backend{backend.Host()}))
}

func checks(p potential.Potential, shape []int, backends []compute.Backend) []suite.Check {
	all := []suite.Check{
		{Name: "shape", Test: func() error { return checkShape(p, shape) }},
		{Name: "examples", Test: func() error { return checkExamples(p, shape) }},
		{Name: "gradient", Test: func() error { return checkGradient(p, shape) }},
		{Name: "smooth", Test: func() error { return checkSmooth(p, shape) }},
	}
	for _, b := range backends {
		name := "xla"
		if b == backend.Host() {
			name = "go"
		}
		all = append(all,
			suite.Check{Name: "float32 on " + name, Test: func() error { return checkFloat32(b, p, shape) }},
			suite.Check{Name: "second order on " + name, Test: func() error { return checkSecondOrder(b, p, shape) }})
	}
	return all
}

var clock = []float64{0.2, 0.7, 0.45}

// checkShape: Φ is [batch] for any batch, of x's dtype.
func checkShape(p potential.Potential, shape []int) error {
	e, err := build(backend.Host(), p, shape, dtypes.Float64)
	if err != nil {
		return err
	}
	for _, n := range []int{1, 3} {
		at, err := e.evaluate(draw(1, n*e.size), clock[:n])
		if err != nil {
			return err
		}
		if !slices.Equal(at.shape.Dimensions, []int{n}) || at.shape.DType != dtypes.Float64 {
			return fmt.Errorf("the value Φ of %d examples %v in float64 has shape %s, want (Float64)[%d]: one value per "+
				"example, of x's dtype", n, shape, at.shape, n)
		}
		for i, v := range at.phi {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("the value Φ of example %d at s = %g is %g, with weights N(0, 0.3²)", i, clock[i], v)
			}
		}
	}
	return nil
}

// checkExamples: Φ and ∇Φ of an example and its s do not change with the others of the batch.
func checkExamples(p potential.Potential, shape []int) error {
	e, err := build(backend.Host(), p, shape, dtypes.Float64)
	if err != nil {
		return err
	}
	x := draw(1, 3*e.size)
	together, err := e.evaluate(x, clock)
	if err != nil {
		return err
	}
	for i, s := range clock {
		alone, err := e.evaluate(x[i*e.size:][:e.size], []float64{s})
		if err != nil {
			return err
		}
		if !near(together.phi[i], alone.phi[0], 1e-9) {
			return fmt.Errorf("the value Φ of example %d at s = %g is %.9g in a batch of three and %.9g alone\nusual causes: "+
				"a mean or a norm over axis 0, a reshape that mixes examples, one s for all", i, s, together.phi[i], alone.phi[0])
		}
		if j, ok := farthest(together.grad[i*e.size:][:e.size], alone.grad, 1e-9); !ok {
			return fmt.Errorf("∂Φ/∂x_%d of example %d is %.9g in a batch of three and %.9g alone, and Φ is the same\nusual "+
				"cause: a term of the other examples that is stopped or cancels", j, i, together.grad[i*e.size+j], alone.grad[j])
		}
	}
	return nil
}

// checkGradient: ∇ₓΦ is that of Φ, along random directions, by central differences.
func checkGradient(p potential.Potential, shape []int) error {
	const step = 1e-5
	e, err := build(backend.Host(), p, shape, dtypes.Float64)
	if err != nil {
		return err
	}
	x := draw(1, 3*e.size)
	at, err := e.evaluate(x, clock)
	if err != nil {
		return err
	}
	for seed := range uint64(3) {
		direction := draw(10+seed, 3*e.size)
		up, err := e.evaluate(along(x, direction, step), clock)
		if err != nil {
			return err
		}
		down, err := e.evaluate(along(x, direction, -step), clock)
		if err != nil {
			return err
		}
		for i, s := range clock {
			got := dot(at.grad[i*e.size:][:e.size], direction[i*e.size:][:e.size])
			want := (up.phi[i] - down.phi[i]) / (2 * step)
			if !near(got, want, 1e-6) {
				return fmt.Errorf("∇ₓΦ of example %d at s = %g along a random direction is %.9g, but differences of Φ give "+
					"%.9g\n"+
					"usual causes: a stopped gradient, a kink (ReLU, max, abs) where Φ must be smooth, rounding to integers",
					i, s, got, want)
			}
		}
	}
	return nil
}

// checkSmooth: ∇ₓΦ does not jump. On a line, the place where Φ's slope along the line bends most between neighbours is looked at
// again and again sixteen times closer: the bend goes to zero where Φ is smooth, and stays where it has a kink.
func checkSmooth(p potential.Potential, shape []int) error {
	const parts, rounds = 32, 6
	e, err := build(backend.Host(), p, shape, dtypes.Float64)
	if err != nil {
		return err
	}
	middle, direction, s := draw(1, e.size), draw(20, e.size), make([]float64, parts+1)
	for i := range s {
		s[i] = clock[0]
	}
	from, to, whole := -3.0, 3.0, 0.0
	for round := range rounds {
		var x []float64
		for i := range s {
			x = append(x, along(middle, direction, from+(to-from)*float64(i)/parts)...)
		}
		at, err := e.evaluate(x, s)
		if err != nil {
			return err
		}
		slope := make([]float64, len(s))
		for i := range slope {
			slope[i] = dot(at.grad[i*e.size:][:e.size], direction)
		}
		if round == 0 {
			whole = slices.Max(slope) - slices.Min(slope)
		}
		bend := func(i int) float64 { return math.Abs(slope[i+1] - 2*slope[i] + slope[i-1]) }
		worst := 1
		for i := 2; i < parts; i++ {
			if bend(i) > bend(worst) {
				worst = i
			}
		}
		width := (to - from) / parts
		from += width * float64(worst-1)
		to = from + 2*width
		if jump := bend(worst); round == rounds-1 && jump > 1e-4*whole {
			return fmt.Errorf("∇ₓΦ jumps: along a line its slope changes by %.3g within %.1g, of %.3g on the whole line; the "+
				"loss's second derivatives miss that\n"+
				"usual causes: ReLU, LeakyReLU, max, abs or a threshold; take activation.Swish or another smooth one",
				jump, width, whole)
		}
	}
	return nil
}

// checkFloat32: float32 keeps four digits of Φ and ∇Φ on b.
func checkFloat32(b compute.Backend, p potential.Potential, shape []int) error {
	wide, err := build(backend.Host(), p, shape, dtypes.Float64)
	if err != nil {
		return err
	}
	narrow, err := build(b, p, shape, dtypes.Float32)
	if err != nil {
		return err
	}
	x, s := single(draw(1, 3*wide.size)), single(clock)
	want, err := wide.evaluate(x, s)
	if err != nil {
		return err
	}
	got, err := narrow.evaluate(x, s)
	if err != nil {
		return err
	}
	if got.shape.DType != dtypes.Float32 {
		return fmt.Errorf("the value Φ of float32 examples is %s\nusual cause: a constant that is not of x's dtype "+
			"(graph.MulScalar keeps it)", got.shape.DType)
	}
	if i, ok := farthest(got.phi, want.phi, 1e-4); !ok {
		return fmt.Errorf("the value Φ of example %d at s = %g is %g in float32 and %g in float64\nusual cause: a small "+
			"difference of large numbers", i, s[i], got.phi[i], want.phi[i])
	}
	if k, ok := farthest(got.grad, want.grad, 1e-4); !ok {
		return fmt.Errorf("∂Φ/∂x_%d of example %d is %g in float32 and %g in float64\nusual cause: a small difference of "+
			"large numbers", k%wide.size, k/wide.size, got.grad[k], want.grad[k])
	}
	return nil
}

// checkSecondOrder: the gradient in the weights of mean (∇ₓΦ − 1)² + mean Φ is that of differences along a random direction.
func checkSecondOrder(b compute.Backend, p potential.Potential, shape []int) error {
	const step = 1e-5
	e, err := build(b, p, shape, dtypes.Float64)
	if err != nil {
		return err
	}
	x := draw(1, 3*e.size)
	_, got, err := e.loss(x, clock, 0)
	if err != nil {
		return err
	}
	up, _, err := e.loss(x, clock, step)
	if err != nil {
		return err
	}
	down, _, err := e.loss(x, clock, -step)
	if err != nil {
		return err
	}
	if len(e.weights) == 0 {
		return fmt.Errorf("the potential has no trainable weights; create them in the scope that Value is given")
	}
	if want := (up - down) / (2 * step); !near(got, want, 1e-6) {
		return fmt.Errorf("the gradient in the weights of a loss with ∇ₓΦ, along a random direction, is %.9g, but differences "+
			"give %.9g (%d tensors of weights)\n"+
			"usual causes: a stopped gradient, an operation whose second derivative GoMLX lacks (autodiff.Conv has the "+
			"convolution's)", got, want, len(e.weights))
	}
	return nil
}

// near compares relative to the larger of want and one.
func near(got, want, tolerance float64) bool {
	return math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))
}

// farthest gives the entry in which two vectors differ most, and whether they agree to the tolerance of the largest entry.
func farthest(got, want []float64, tolerance float64) (worst int, ok bool) {
	scale := 1.0
	for i := range want {
		scale = math.Max(scale, math.Abs(want[i]))
		if d := math.Abs(got[i] - want[i]); !(d <= math.Abs(got[worst]-want[worst])) {
			worst = i
		}
	}
	return worst, math.Abs(got[worst]-want[worst]) <= tolerance*scale
}
