package homotopy

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// StraightEnd is t_min of the straight path: it stops at t = 1 − t_min, where √v = ω t_min.
const StraightEnd = 1e-3

// Straight is flow matching's path μ = t, √v = ω(1−t), run to t = 1 − [StraightEnd]. It has no likelihood, and no σ.
type Straight struct {
	Omega float64 `json:"omega"` // prior's standard deviation ω > 0
}

var _ Timed = Straight{}

func (p Straight) arc() arc { return arc{p.Omega, 1 - StraightEnd} }

// At implements [Homotopy].
func (p Straight) At(s *Node) Coefficients {
	a := p.arc()
	c := a.noise(a.left(s))
	c.Mu, c.MuDot = graph.MulScalar(s, a.c), graph.MulScalar(graph.OnesLike(s), a.c)
	return c
}

// Time implements [Timed].
func (p Straight) Time(s float64) float64 { return p.arc().c * s }

// Validate says which number cannot be used.
func (p Straight) Validate() error { return check(p.Omega, 1) }

func (p Straight) String() string { return fmt.Sprintf("straight (omega = %g)", p.Omega) }
