package outside

import (
	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

// Antithetic is [loss.Alignment] averaged over ε and −ε, which has less variance at twice the cost.
type Antithetic struct{}

var _ loss.Loss = Antithetic{}

// Value implements [loss.Loss]: [batch].
func (Antithetic) Value(p homotopy.Point, at potential.Function) *graph.Node {
	mirrored := p
	mirrored.Noise = graph.Neg(p.Noise)
	mirrored.X = graph.Sub(graph.MulScalar(graph.Mul(homotopy.PerExample(p.Mu, p.Data), p.Data), 2), p.X) // 2μx̄ − x
	both := graph.Add(loss.Alignment{}.Value(p, at), loss.Alignment{}.Value(mirrored, at))
	return graph.MulScalar(both, 0.5)
}
