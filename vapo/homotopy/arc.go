package homotopy

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

var panicf = exceptions.Panicf

// arc is the arc-length clock (THEORY §2), on which √v = ω(1−cs).
type arc struct {
	omega float64 // prior's standard deviation ω
	c     float64 // clock constant c in (0, 1)
}

// left is 1 − cs, formed as (1−s) + (1−c)s, a sum of positive numbers: where both c and s are near one, float32 would lose three
// digits of a difference.
func (a arc) left(s *Node) *Node { return graph.Add(graph.OneMinus(s), graph.MulScalar(s, 1-a.c)) }

// noise fills in v and v̇.
func (a arc) noise(left *Node) Coefficients {
	return Coefficients{
		V:    graph.MulScalar(graph.Square(left), a.omega*a.omega),
		VDot: graph.MulScalar(left, -2*a.c*a.omega*a.omega),
	}
}

// quadratic is the path with μ = κ₀(1 − (1−cs)²), which is that of Posterior and Linear.
func (a arc) quadratic(s *Node, kappa0 float64) Coefficients {
	left := a.left(s)
	c := a.noise(left)
	c.Mu = graph.MulScalar(graph.Mul(graph.MulScalar(s, a.c), graph.OnePlus(left)), kappa0) // 1 − (1−cs)² = cs(2 − cs)
	c.MuDot = graph.MulScalar(left, 2*a.c*kappa0)
	return c
}

// grown is (1−cs)⁻² − 1.
func (a arc) grown(s float64) float64 {
	cs := a.c * s
	return cs * (2 - cs) / ((1 - cs) * (1 - cs))
}

func check(omega, sigma float64) error {
	if !(omega > 0) || math.IsInf(omega, 0) {
		return fmt.Errorf("omega, the prior's standard deviation, must be positive and finite, got %g", omega)
	}
	if !(sigma > 0) || math.IsInf(sigma, 0) {
		return fmt.Errorf("sigma, the likelihood's standard deviation, must be positive and finite, got %g", sigma)
	}
	return nil
}
