package homotopy

import (
	"fmt"
	"math"
)

// Posterior is the paper's homotopy, α = 1, β = t (its Bayesian update from prior to posterior), on the arc-length clock:
// √v = ω(1−cs), μ = 1 − (1−cs)², c = 1 − σ/√(σ²+ω²).
type Posterior struct {
	Omega float64 `json:"omega"` // prior's standard deviation ω > 0
	Sigma float64 `json:"sigma"` // likelihood's standard deviation σ > 0
}

var _ Timed = Posterior{}

func (p Posterior) arc() arc { return arc{p.Omega, 1 - p.Sigma/math.Hypot(p.Sigma, p.Omega)} }

// At implements [Homotopy].
func (p Posterior) At(s *Node) Coefficients { return p.arc().quadratic(s, 1) }

// Time implements [Timed].
func (p Posterior) Time(s float64) float64 {
	return p.Sigma * p.Sigma / (p.Omega * p.Omega) * p.arc().grown(s)
}

// Validate says which number cannot be used.
func (p Posterior) Validate() error { return check(p.Omega, p.Sigma) }

func (p Posterior) String() string {
	return fmt.Sprintf("posterior (omega = %g, sigma = %g)", p.Omega, p.Sigma)
}
