package outside

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// Wells is a potential in the shape of a mixture's exact one for points x [batch, d]: a parabola and a soft maximum of linear
// functions, whose sharpness e^g grows along the path,
//
//	Φ(x, s) = ½ a‖x‖² + k e^{−g} log Σ_j exp(e^g m_j·x + b_j).
//
// The m_j are weights; a, k, g and b come from one small network of the clock s.
type Wells struct {
	Count int // of the m_j; at least 1
	Width int // hidden units of the network of s; at least 1
}

var _ potential.Potential = Wells{}

// Value implements [potential.Potential]: Φ [batch].
func (p Wells) Value(scope *model.Scope, x, s *graph.Node) *graph.Node {
	x.AssertRank(2)
	h := activation.Swish(layers.DenseWithBias(scope.In("hidden"), potential.EmbedClock(s), p.Width))
	scales := layers.DenseWithBias(scope.In("scales"), h, 3)
	scale := func(i int) *graph.Node {
		return graph.Squeeze(graph.Slice(scales, graph.AxisRange(), graph.AxisElem(i)), 1)
	}
	a, k, sharpness := scale(0), scale(1), graph.Exp(scale(2))

	linear := layers.Dense(scope.In("means"), x, false, p.Count) // m_j·x, [batch, Count]
	offsets := layers.DenseWithBias(scope.In("offsets"), h, p.Count)
	softMaximum := logSumExp(graph.Add(graph.Mul(homotopy.PerExample(sharpness, linear), linear), offsets))
	parabola := graph.MulScalar(graph.ReduceSum(graph.Square(x), -1), 0.5)
	return graph.Add(graph.Mul(a, parabola), graph.Mul(graph.Div(k, sharpness), softMaximum))
}

// logSumExp is log Σ_j exp(z_j) over the last axis. The largest z_j is taken out as a constant: the value does not depend on it.
func logSumExp(z *graph.Node) *graph.Node {
	largest := graph.StopGradient(graph.ReduceAndKeep(z, graph.ReduceMax, -1))
	sum := graph.ReduceSum(graph.Exp(graph.Sub(z, largest)), -1)
	return graph.Add(graph.Log(sum), graph.Reshape(largest, sum.Shape().Dimensions...))
}
