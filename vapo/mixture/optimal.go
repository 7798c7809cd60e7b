package mixture

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// Node is a value of the computation graph.
type Node = graph.Node

// Optimal is the exact potential Φ* of a mixture on a path (THEORY §6), with the constant c(s) of
// the package comment. All of it takes any float dtype and differentiates to any order in x; memory
// is a few [batch, components] matrices. In float32 the log weights of components lose
// 1e-7‖x‖²/V: use float64 where V is small and components are close.
type Optimal struct {
	Mixture  Mixture
	Homotopy homotopy.Homotopy
}

var _ potential.Potential = Optimal{}

// Value is Φ*(x, s) for x [batch, d] at s [batch]; it implements [potential.Potential]. Components of
// large mixtures are kept in scope as variables that do not train.
func (o Optimal) Value(scope *model.Scope, x, s *Node) *Node {
	return o.Mixture.solve(o.Mixture.nodes(scope, x), x, o.Homotopy.At(s)).potential()
}

// Field is u*(x, s) = ∇Φ*(x, s) in closed form, [batch, d], for x [batch, d] and the path's
// coefficients c at s [batch].
func (o Optimal) Field(scope *model.Scope, x *Node, c homotopy.Coefficients) *Node {
	return o.Mixture.solve(o.Mixture.nodes(scope, x), x, c).field()
}

// LogDensity is log ρ̄(x; s), normalised, [batch], for x [batch, d] and the path's coefficients c at s.
func (o Optimal) LogDensity(scope *model.Scope, x *Node, c homotopy.Coefficients) *Node {
	return o.Mixture.solve(o.Mixture.nodes(scope, x), x, c).logDensity()
}

// solution holds what Φ*, u* and log ρ̄ at x share.
type solution struct {
	Mixture
	points
	x *Node                 // [batch, d]
	c homotopy.Coefficients // of the path on which the means are points
	r *Node                 // responsibilities r_k, [batch, n]
	g *Node                 // G = (1/μ) log Σ π_k exp(μ e_k), [batch]
}

func (m Mixture) solve(p points, x *Node, c homotopy.Coefficients) solution {
	c = m.widen(c)
	r, g := p.weigh(x, c)
	return solution{m, p, x, c, r, g}
}

// potential is Φ* = (V̇/4V)‖x‖² + λ G + c(s).
func (o solution) potential() *Node {
	quadratic := graph.MulScalar(graph.Mul(graph.Div(o.c.VDot, o.c.V), squaredNorm(o.x)), 0.25)
	moment := graph.Add( // d/ds E‖x‖²
		graph.MulScalar(o.c.VDot, float64(o.Dim())),
		graph.MulScalar(graph.Mul(o.c.Mu, o.c.MuDot), 2*o.secondMoment()))
	return graph.Sub(graph.Add(quadratic, graph.Mul(lambda(o.c), o.g)), graph.MulScalar(moment, 0.25))
}

// field is u* = (V̇/2V) x + (λ/V) Σ r_k m_k.
func (o solution) field() *Node {
	pull := graph.MulScalar(graph.Div(o.c.VDot, o.c.V), 0.5)
	return graph.Add(
		graph.Mul(homotopy.PerExample(pull, o.x), o.x),
		graph.Mul(homotopy.PerExample(graph.Div(lambda(o.c), o.c.V), o.x), graph.MatMul(o.r, o.means)))
}

// logDensity is log ρ̄ = −(d/2) log 2πV − ‖x‖²/2V + μ G.
func (o solution) logDensity() *Node {
	normaliser := graph.MulScalar(graph.Log(graph.MulScalar(o.c.V, 2*math.Pi)), 0.5*float64(o.Dim()))
	quadratic := graph.MulScalar(graph.Div(squaredNorm(o.x), o.c.V), 0.5)
	return graph.Sub(graph.Mul(positive(o.c.Mu), o.g), graph.Add(normaliser, quadratic))
}

// widen is the path on which the components' means are points: V = v + μ²τ².
func (m Mixture) widen(c homotopy.Coefficients) homotopy.Coefficients {
	if m.Std == 0 {
		return c
	}
	variance := m.Std * m.Std
	c.V = graph.Add(c.V, graph.MulScalar(graph.Square(c.Mu), variance))
	c.VDot = graph.Add(c.VDot, graph.MulScalar(graph.Mul(c.Mu, c.MuDot), 2*variance))
	return c
}

// lambda is λ = V μ̇ − μ V̇/2 = μκ, [batch]: finite everywhere.
func lambda(c homotopy.Coefficients) *Node {
	return graph.Sub(graph.Mul(c.V, c.MuDot), graph.MulScalar(graph.Mul(c.Mu, c.VDot), 0.5))
}

// positive keeps μ away from zero, so that (1/μ) log(1 + O(μ)) takes its limit at s = 0.
func positive(mu *Node) *Node { return graph.MaxScalar(mu, 1e-20) }

func squaredNorm(x *Node) *Node { return graph.ReduceSum(graph.Square(x), 1) }
