package potential

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"
)

// MLP is a fully connected potential for points x [batch, d]: Depth hidden layers of Width
// units with swish, which is smooth, as ∇Φ must be. The zero value is 3 × 128.
type MLP struct {
	Width int // units of each hidden layer; 0 means 128
	Depth int // hidden layers; 0 means 3
}

var _ Potential = MLP{}

// Value implements [Potential]; x must be [batch, d].
func (m MLP) Value(scope *model.Scope, x, s *Node) *Node {
	return graph.Reshape(m.Outputs(scope, x, s, 1), x.Shape().Dim(0))
}

// Outputs is the same network with n outputs, [batch, n].
func (m MLP) Outputs(scope *model.Scope, x, s *Node, n int) *Node {
	x.AssertRank(2)
	width, depth := or(m.Width, 128), or(m.Depth, 3)
	h := graph.Concatenate([]*Node{x, EmbedClock(s)}, -1)
	for i := range depth {
		h = activation.Swish(dense(scope.In("hidden_%d", i), h, width, DrawnOnHost))
	}
	return dense(scope.In("readout"), h, n, DrawnOnHost)
}

// or is the option's value, or its default where it was left zero.
func or(value, fallback int) int {
	if value == 0 {
		return fallback
	}
	return value
}
