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
	return o.Mixture.potential(o.Mixture.nodes(scope, x), x, o.Homotopy.At(s))
}

// Field is u*(x, s) = ∇Φ*(x, s) in closed form, [batch, d], for x [batch, d] and the path's
// coefficients c at s [batch].
func (o Optimal) Field(scope *model.Scope, x *Node, c homotopy.Coefficients) *Node {
	return o.Mixture.field(o.Mixture.nodes(scope, x), x, c)
}

// LogDensity is log ρ̄(x; s), normalised, [batch], for x [batch, d] and the path's coefficients c at s.
func (o Optimal) LogDensity(scope *model.Scope, x *Node, c homotopy.Coefficients) *Node {
	return o.Mixture.logDensity(o.Mixture.nodes(scope, x), x, c)
}

// potential is Φ* = (V̇/4V)‖x‖² + λ G + c(s), G = (1/μ) log Σ π_k exp(μ e_k).
func (m Mixture) potential(p points, x *Node, c homotopy.Coefficients) *Node {
	c = m.widen(c)
	_, g := p.weigh(x, c)
	quadratic := graph.MulScalar(graph.Mul(graph.Div(c.VDot, c.V), squaredNorm(x)), 0.25)
	moment := graph.Add( // d/ds E‖x‖²
		graph.MulScalar(c.VDot, float64(m.Dim())),
		graph.MulScalar(graph.Mul(c.Mu, c.MuDot), 2*m.secondMoment()))
	return graph.Sub(graph.Add(quadratic, graph.Mul(lambda(c), g)), graph.MulScalar(moment, 0.25))
}

// field is u* = (V̇/2V) x + (λ/V) Σ r_k m_k.
func (m Mixture) field(p points, x *Node, c homotopy.Coefficients) *Node {
	c = m.widen(c)
	r, _ := p.weigh(x, c)
	mean := graph.MatMul(r, p.means)
	pull := graph.MulScalar(graph.Div(c.VDot, c.V), 0.5)
	return graph.Add(
		graph.Mul(homotopy.PerExample(pull, x), x),
		graph.Mul(homotopy.PerExample(graph.Div(lambda(c), c.V), x), mean))
}

// logDensity is log ρ̄ = −(d/2) log 2πV − ‖x‖²/2V + μ G.
func (m Mixture) logDensity(p points, x *Node, c homotopy.Coefficients) *Node {
	c = m.widen(c)
	_, g := p.weigh(x, c)
	normaliser := graph.MulScalar(graph.Log(graph.MulScalar(c.V, 2*math.Pi)), 0.5*float64(m.Dim()))
	quadratic := graph.MulScalar(graph.Div(squaredNorm(x), c.V), 0.5)
	return graph.Sub(graph.Mul(positive(c.Mu), g), graph.Add(normaliser, quadratic))
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
