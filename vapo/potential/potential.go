package potential

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"
)

// Node is a value of the computation graph.
type Node = graph.Node

// Potential is a scalar field Φ(x, s). Its gradient flow dx/ds = ∇Φ carries the prior to
// the data; −Φ is an energy.
type Potential interface {
	// Value is Φ for x [batch, ...] at s [batch], of shape [batch]. Weights are created or
	// found in scope. It builds graph and panics on misuse.
	Value(scope *model.Scope, x, s *Node) *Node
}

// Function evaluates one potential at any number of points of a graph, with shared weights.
type Function func(x, s *Node) (phi, grad *Node)

// VectorField is what a [Potential] adds when its flow is not its gradient but a field of its own, of
// x's shape: flow matching's networks, which the experiments compare with.
type VectorField interface {
	Field(scope *model.Scope, x, s *Node) *Node
}

// Shaped is what a [Potential] adds that takes examples of some shapes only.
type Shaped interface {
	// Accepts is an error where the potential cannot take examples of the shape, [d] or [height, width, channels].
	Accepts(shape []int) error
}

// Evaluator returns p as a function of the graph alone: Φ [batch] and ∇Φ, or the [VectorField], of x's
// shape. Every call uses the same weights.
func Evaluator(scope *model.Scope, p Potential) Function {
	return func(x, s *Node) (phi, grad *Node) {
		phi = p.Value(scope.At(Scope), x, s)
		if shape := phi.Shape(); shape.Rank() != 1 || shape.Dim(0) != x.Shape().Dim(0) { // [batch, 1] would broadcast against [batch] without a word
			exceptions.Panicf("the potential %T gives Φ of shape %v for x of shape %v, want [%d]: one number for each "+
				"example, as graph.Squeeze(…, -1) makes of [batch, 1]",
				p, shape.Dimensions, x.Shape().Dimensions, x.Shape().Dim(0))
		}
		if v, ok := p.(VectorField); ok {
			return phi, v.Field(scope.At(Scope), x, s)
		}
		// Examples do not interact, so the gradient of the sum is each example's own gradient.
		return phi, graph.Gradient(graph.ReduceAllSum(phi), x)[0]
	}
}

// Scope is where a model's weights live in its store.
const Scope = "potential"

// Autonomous drops the clock: Φ(x), as the paper's text writes it. Its optimum solves the
// time-averaged problem (THEORY §5); in more than one dimension the gap to Φ(x, s) is no error of training.
func Autonomous(p Potential) Potential { return autonomous{p} }

type autonomous struct{ p Potential }

func (a autonomous) Value(scope *model.Scope, x, s *Node) *Node {
	return a.p.Value(scope, x, graph.MulScalar(graph.OnesLike(s), 0.5))
}
