package potential

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/autodiff"
)

// MLP is a fully connected potential for points x [batch, d]: Depth hidden layers of Width
// units with swish, which is smooth, as ∇Φ must be. The zero value is 3 × 128.
type MLP struct {
	Width       int `json:"width"`       // units of each hidden layer; 0 means 128
	Depth       int `json:"depth"`       // hidden layers; 0 means 3
	Frequencies int `json:"frequencies"` // of sines and cosines of each coordinate beside x itself; 0 has none
}

var (
	_ Potential = MLP{}
	_ Shaped    = MLP{}
)

// Validate says which number cannot be used.
func (m MLP) Validate() error {
	if m.Frequencies < 0 {
		return fmt.Errorf("frequencies must not be negative, got %d", m.Frequencies)
	}
	return nil
}

// Accepts implements [Shaped].
func (m MLP) Accepts(shape []int) error {
	if len(shape) != 1 {
		return fmt.Errorf("it takes points [d], and the data has examples of shape %v", shape)
	}
	return nil
}

// Value implements [Potential]; x must be [batch, d].
func (m MLP) Value(scope *model.Scope, x, s *Node) *Node {
	return graph.Reshape(m.Outputs(scope, x, s, 1), x.Shape().Dim(0))
}

// Outputs is the same network with n outputs, [batch, n].
func (m MLP) Outputs(scope *model.Scope, x, s *Node, n int) *Node {
	x.AssertRank(2)
	width, depth := or(m.Width, 128), or(m.Depth, 3)
	in := []*Node{x, EmbedClock(s)}
	for k := range m.Frequencies {
		angle := graph.MulScalar(x, math.Pi/fourierHalf*float64(k+1))
		in = append(in, graph.Sin(angle), graph.Cos(angle))
	}
	h := graph.Concatenate(in, -1)
	for i := range depth {
		h = autodiff.Swish(dense(scope.In("hidden_%d", i), h, width, DrawnOnHost))
	}
	return dense(scope.In("readout"), h, n, DrawnOnHost)
}

// fourierHalf is half the period of the slowest Fourier feature: the sets in the plane and N(0, I) lie in [−4, 4]. Such features
// help a network with edges, which it learns last from x alone (Tancik et al. 2020, arXiv:2006.10739).
const fourierHalf = 4

// or is the option's value, or its default where it was left zero.
func or(value, fallback int) int {
	if value == 0 {
		return fallback
	}
	return value
}
