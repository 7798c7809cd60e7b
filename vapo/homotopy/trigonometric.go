package homotopy

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// Trigonometric is the path of diffusion models that keeps the variance of white data (Albergo and Vanden-Eijnden 2023,
// arXiv:2209.15571): μ = sin θ, √v = ω cos θ, θ = (π/2)(1 − End)s. It is no homotopy of log-densities, and has no σ and no time
// t.
type Trigonometric struct {
	Omega float64 `json:"omega"` // prior's standard deviation ω > 0
	End   float64 `json:"end"`   // in (0, 1): how far from the end of the quarter turn the path stops, where √v = ω sin(π/2 End)
}

// At implements [Homotopy]. cos θ is taken as sin(π/2 − θ), whose argument is a sum of positive numbers, for float32's sake.
func (p Trigonometric) At(s *Node) Coefficients {
	speed := math.Pi / 2 * (1 - p.End) // dθ/ds
	rest := graph.Add(graph.OneMinus(s), graph.MulScalar(s, p.End))
	sin, cos := graph.Sin(graph.MulScalar(s, speed)), graph.Sin(graph.MulScalar(rest, math.Pi/2))
	return Coefficients{
		Mu: sin, MuDot: graph.MulScalar(cos, speed),
		V:    graph.MulScalar(graph.Square(cos), p.Omega*p.Omega),
		VDot: graph.MulScalar(graph.Mul(sin, cos), -2*speed*p.Omega*p.Omega),
	}
}

// Validate says which number cannot be used.
func (p Trigonometric) Validate() error {
	if !(p.End > 0 && p.End < 1) {
		return fmt.Errorf("end must lie inside (0, 1), got %g", p.End)
	}
	return check(p.Omega, 1)
}

func (p Trigonometric) String() string {
	return fmt.Sprintf("trigonometric (omega = %g, end = %g)", p.Omega, p.End)
}
