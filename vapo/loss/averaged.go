package loss

import (
	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// Averaged is [Alignment] with the conditional velocity averaged over the batch's data: ½‖∇Φ − ū‖² with
//
//	ū = u_c + (μ̇ − μ v̇/2v) Σ_j w_ij (x̄_j − x̄_i),   w_ij ∝ N(x_i; μ x̄_j, v I),
//
// the exact field of the batch as a set of points. The batch's order tells nothing, so that given x_i and the set, x_i stems from
// x̄_j with probability w_ij: ū is the conditional mean of u_c, has the same mean given x alone, and a smaller variance (the
// stable target field of Xu, Tong and Jaakkola 2023, arXiv:2302.00670, with the example's own datum among the references). The
// optimum is the same; where data lie further apart than √v/μ, as images do, w_ii is 1 and so is all of it.
type Averaged struct{}

// Value implements [Loss].
func (Averaged) Value(p homotopy.Point, at potential.Function) *Node {
	_, grad := at(p.X, p.S)
	return graph.MulScalar(squaredNorm(graph.Sub(grad, averagedVelocity(p))), 0.5)
}

// averagedVelocity is ū, of x's shape.
func averagedVelocity(p homotopy.Point) *Node {
	batch := p.Data.Shape().Dim(0)
	data, noise := graph.Reshape(p.Data, batch, -1), graph.Reshape(p.Noise, batch, -1)
	// log w_ij = log w_ii − (μ/√v) ε_i·(x̄_i − x̄_j) − (μ²/2v)‖x̄_i − x̄_j‖², in which nothing cancels as v → 0.
	steepness := graph.Reshape(graph.Div(p.Mu, p.Sd()), batch, 1)
	along := graph.MatMul(noise, graph.Transpose(data, 0, 1)) // ε_i·x̄_j
	along = graph.Sub(graph.Reshape(sumPerExample(graph.Mul(noise, data)), batch, 1), along)
	logits := graph.Neg(graph.Add(graph.Mul(steepness, along), graph.MulScalar(graph.Mul(graph.Square(steepness), squaredDistances(data)), 0.5)))
	posterior := graph.MatMul(graph.Softmax(logits), data) // E[x̄ | x_i, batch]
	gain := graph.Sub(p.MuDot, graph.Div(graph.Mul(p.Mu, p.SdDot()), p.Sd()))
	correction := graph.Mul(homotopy.PerExample(gain, data), graph.Sub(posterior, data))
	return graph.StopGradient(graph.Add(p.Velocity(), graph.Reshape(correction, p.Data.Shape().Dimensions...)))
}

// squaredDistances are ‖x_i − x_j‖², [n, n], of the rows of x [n, d].
func squaredDistances(x *Node) *Node {
	n := x.Shape().Dim(0)
	square := squaredNorm(x)
	product := graph.MulScalar(graph.MatMul(x, graph.Transpose(x, 0, 1)), 2)
	return graph.MaxScalar(graph.Sub(graph.Add(graph.Reshape(square, n, 1), graph.Reshape(square, 1, n)), product), 0)
}
