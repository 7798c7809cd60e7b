package loss

import (
	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// Node is a value of the computation graph.
type Node = graph.Node

// Loss estimates the energy loss, one value per example.
type Loss interface {
	// Value is the loss [batch] at the draw p from the path; at gives Φ [batch] and ∇Φ there
	// or wherever else the estimator needs them.
	Value(p homotopy.Point, at potential.Function) *Node
}

// Unclipped is what a loss adds whose gradient training must not clip: its noise is so skewed that clipping moves the mean.
type Unclipped interface{ Unclipped() }

// Covariance is the paper's estimator, ½‖∇Φ‖² + ½Φ(γ−γ̄) with (THEORY §3)
//
//	γ − γ̄ = −(v̇/v)(‖ε‖² − d) − 2(μ̇/√v) ε·x̄.
//
// Its gradient in θ is orders of magnitude noisier than Alignment's: it is here to be studied.
type Covariance struct{}

// Unclipped implements [Unclipped].
func (Covariance) Unclipped() {}

// Value implements [Loss].
func (Covariance) Value(p homotopy.Point, at potential.Function) *Node {
	phi, grad := at(p.X, p.S)
	even, odd := innovation(p)
	return graph.MulScalar(graph.Add(squaredNorm(grad), graph.Mul(phi, graph.Add(even, odd))), 0.5)
}

// VarianceReduced is the covariance estimator with antithetic noise and a control variate
// (THEORY §5). With Φ± = Φ(μx̄ ± √v ε) and Φ₀ = Φ(μx̄),
//
//	½E[Φ(γ−γ̄)] = ½E[ −(v̇/v)(‖ε‖²−d)(Φ₊+Φ₋−2Φ₀)/2 − 2(μ̇/√v)(ε·x̄)(Φ₊−Φ₋)/2 ]:
//
// the differences are of order v and √v, so that no inverse of v survives. It costs three
// evaluations of Φ.
type VarianceReduced struct{}

// Value implements [Loss].
func (VarianceReduced) Value(p homotopy.Point, at potential.Function) *Node {
	mean := graph.Mul(homotopy.PerExample(p.Mu, p.Data), p.Data)
	mirrored := graph.Sub(graph.MulScalar(mean, 2), p.X)
	plus, gradPlus := at(p.X, p.S)
	minus, gradMinus := at(mirrored, p.S)
	zero, _ := at(mean, p.S)

	even, odd := innovation(p)
	second := graph.Sub(graph.Add(plus, minus), graph.MulScalar(zero, 2))
	covariance := graph.MulScalar(graph.Add(graph.Mul(even, second), graph.Mul(odd, graph.Sub(plus, minus))), 0.5)
	norm := graph.MulScalar(graph.Add(squaredNorm(gradPlus), squaredNorm(gradMinus)), 0.5)
	return graph.MulScalar(graph.Add(norm, covariance), 0.5)
}

// Alignment is ½‖∇Φ − u_c‖², u_c the path's conditional velocity: the energy loss by parts
// plus the constant ½E‖u_c‖². It is flow matching with a conservative field.
type Alignment struct{}

// Value implements [Loss].
func (Alignment) Value(p homotopy.Point, at potential.Function) *Node {
	_, grad := at(p.X, p.S)
	return graph.MulScalar(squaredNorm(graph.Sub(grad, p.Velocity())), 0.5)
}

// innovation is γ − γ̄ (THEORY §3) split by its parity in ε: −(v̇/v)(‖ε‖² − d) and
// −2(μ̇/√v) ε·x̄, each [batch].
func innovation(p homotopy.Point) (even, odd *Node) {
	d := float64(p.Noise.Shape().Size() / p.Noise.Shape().Dim(0))
	even = graph.Neg(graph.Mul(graph.Div(p.VDot, p.V), graph.AddScalar(squaredNorm(p.Noise), -d)))
	odd = graph.MulScalar(graph.Mul(graph.Div(p.MuDot, p.Sd()), sumPerExample(graph.Mul(p.Noise, p.Data))), -2)
	return even, odd
}

func squaredNorm(x *Node) *Node { return sumPerExample(graph.Square(x)) }

func sumPerExample(x *Node) *Node {
	return graph.ReduceSum(graph.Reshape(x, x.Shape().Dim(0), -1), 1)
}
