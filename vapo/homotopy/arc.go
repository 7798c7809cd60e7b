package homotopy

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"
)

var panicf = exceptions.Panicf

// Arc is a path on the arc-length clock (THEORY §2): √v = ω(1−cs) and
//
//	μ = κ₀(1 − (1−cs)²)   for Posterior and Linear,
//	μ = cs                for Straight (Kappa0 = 0 marks it).
//
// Build it with [Posterior], [Linear] or [Straight]; the fields are there to be read.
type Arc struct {
	Name   string  // "posterior", "linear" or "straight"
	Omega  float64 // prior's standard deviation ω
	Sigma  float64 // likelihood's standard deviation σ; √v(1) for Straight
	C      float64 // clock constant c in (0, 1)
	Kappa0 float64 // κ₀; 0 for Straight
}

var _ Homotopy = Arc{}

// StraightEnd is t_min of the straight path: it stops at t = 1 − t_min, where √v = ω t_min.
const StraightEnd = 1e-3

// Posterior is the paper's homotopy, α = 1, β = t (its Bayesian update from prior to
// posterior): c = 1 − σ/√(σ²+ω²), κ₀ = 1. Needs ω > 0 and σ > 0.
func Posterior(omega, sigma float64) (Arc, error) {
	if err := check(omega, sigma); err != nil {
		return Arc{}, err
	}
	return Arc{"posterior", omega, sigma, 1 - sigma/math.Hypot(sigma, omega), 1}, nil
}

// Linear is the homotopy α = 1−t, β = t: c = 1 − σ/ω, κ₀ = ω²/(ω²−σ²). Needs 0 < σ < ω.
func Linear(omega, sigma float64) (Arc, error) {
	if err := check(omega, sigma); err != nil {
		return Arc{}, err
	}
	if sigma >= omega {
		return Arc{}, fmt.Errorf("homotopy: linear needs sigma < omega, got sigma = %g, omega = %g", sigma, omega)
	}
	return Arc{"linear", omega, sigma, 1 - sigma/omega, omega * omega / (omega*omega - sigma*sigma)}, nil
}

// Straight is flow matching's path μ = t, √v = ω(1−t), run to t = 1 − [StraightEnd]. Needs ω > 0.
func Straight(omega float64) (Arc, error) {
	if err := check(omega, 1); err != nil {
		return Arc{}, err
	}
	return Arc{"straight", omega, omega * StraightEnd, 1 - StraightEnd, 0}, nil
}

func check(omega, sigma float64) error {
	if !(omega > 0) || math.IsInf(omega, 0) {
		return fmt.Errorf("homotopy: omega, the prior's standard deviation, must be positive and finite, got %g", omega)
	}
	if !(sigma > 0) || math.IsInf(sigma, 0) {
		return fmt.Errorf("homotopy: sigma, the likelihood's standard deviation, must be positive and finite, got %g", sigma)
	}
	return nil
}

// At implements [Homotopy]. 1−cs is formed as (1−s) + (1−c)s, a sum of positive numbers: where both
// c and s are near one, float32 would lose three digits of a difference.
func (a Arc) At(s *Node) Coefficients {
	r := graph.Add(graph.OneMinus(s), graph.MulScalar(s, 1-a.C)) // 1 − cs
	c := Coefficients{
		V:    graph.MulScalar(graph.Square(r), a.Omega*a.Omega),
		VDot: graph.MulScalar(r, -2*a.C*a.Omega*a.Omega),
	}
	if a.Kappa0 == 0 {
		c.Mu = graph.MulScalar(s, a.C)
		c.MuDot = graph.MulScalar(graph.OnesLike(s), a.C)
	} else { // 1 − r² = cs(2 − cs)
		c.Mu = graph.MulScalar(graph.Mul(graph.MulScalar(s, a.C), graph.OnePlus(r)), a.Kappa0)
		c.MuDot = graph.MulScalar(r, 2*a.C*a.Kappa0)
	}
	return c
}

// Time is the paper's time t in [0, 1] at clock s (THEORY §2), for axes and tables.
func (a Arc) Time(s float64) float64 {
	cs := a.C * s
	grown := cs * (2 - cs) / ((1 - cs) * (1 - cs)) // (1−cs)⁻² − 1
	switch a.Name {
	case "posterior":
		return a.Sigma * a.Sigma / (a.Omega * a.Omega) * grown
	case "linear":
		return a.Sigma * a.Sigma / (a.Omega*a.Omega - a.Sigma*a.Sigma) * grown
	default:
		return cs
	}
}

func (a Arc) String() string {
	if a.Kappa0 == 0 {
		return fmt.Sprintf("%s (omega = %g)", a.Name, a.Omega)
	}
	return fmt.Sprintf("%s (omega = %g, sigma = %g)", a.Name, a.Omega, a.Sigma)
}
