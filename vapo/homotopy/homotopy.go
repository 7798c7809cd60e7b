package homotopy

import (
	"github.com/gomlx/gomlx/core/graph"
)

// Node is a value of the computation graph.
type Node = graph.Node

// Homotopy is a Gaussian path in its clock s.
type Homotopy interface {
	// At gives the path's coefficients at s, [batch] with values in [0, 1].
	// The result has the shape and dtype of s.
	At(s *Node) Coefficients
}

// Timed is what a path adds that is a homotopy of log-densities in the paper's time t.
type Timed interface {
	Homotopy
	// Time is t in [0, 1] at clock s (THEORY §2), for axes and tables.
	Time(s float64) float64
}

// Coefficients of a Gaussian path N(x; μ x̄, v I) at some s: each of shape [batch].
type Coefficients struct {
	Mu, V       *Node // mean factor μ and variance v > 0
	MuDot, VDot *Node // their derivatives in s
}

// Sd is the standard deviation √v, [batch].
func (c Coefficients) Sd() *Node { return graph.Sqrt(c.V) }

// SdDot is d√v/ds = v̇/(2√v), [batch].
func (c Coefficients) SdDot() *Node {
	return graph.Div(c.VDot, graph.MulScalar(c.Sd(), 2))
}

// Kappa is κ = v(μ̇/μ − v̇/2v) (THEORY §6), [batch]: Φ* = κ log ρ̄ + (μ̇/2μ)‖x‖² + c(s).
// It is unbounded at s = 0, where μ = 0, and vanishes towards s = 1.
func (c Coefficients) Kappa() *Node {
	return graph.Sub(
		graph.Div(graph.Mul(c.V, c.MuDot), c.Mu),
		graph.MulScalar(c.VDot, 0.5))
}

// Point is one draw from the path for each example of a batch.
type Point struct {
	X     *Node // μ x̄ + √v ε, [batch, ...]
	Data  *Node // x̄, [batch, ...]
	Noise *Node // ε ~ N(0, I), [batch, ...]
	S     *Node // clock in [0, 1], [batch]
	Coefficients
}

// Draw places data and noise (both [batch, ...]) on the path at s [batch].
func Draw(h Homotopy, data, noise, s *Node) Point {
	c := h.At(s)
	x := graph.Add(graph.Mul(PerExample(c.Mu, data), data), graph.Mul(PerExample(c.Sd(), noise), noise))
	return Point{X: x, Data: data, Noise: noise, S: s, Coefficients: c}
}

// Velocity is the conditional velocity u_c = μ̇ x̄ + (v̇/2√v) ε, [batch, ...]: the
// regression target of flow matching, whose conditional mean given x is ∇Φ*.
func (p Point) Velocity() *Node {
	return graph.Add(
		graph.Mul(PerExample(p.MuDot, p.Data), p.Data),
		graph.Mul(PerExample(p.SdDot(), p.Noise), p.Noise))
}

// PerExample gives a [batch] vector the rank of x, so that it multiplies x example by example.
func PerExample(v, x *Node) *Node {
	if v.Rank() != 1 || v.Shape().Dim(0) != x.Shape().Dim(0) {
		panicf("homotopy: want one value per example, got shape %s for a batch of shape %s", v.Shape(), x.Shape())
	}
	dims := make([]int, x.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[0] = v.Shape().Dim(0)
	return graph.Reshape(v, dims...)
}
