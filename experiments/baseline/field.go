package baseline

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/potential"
)

// Node is a value of the computation graph.
type Node = graph.Node

// VectorField is the network of a potential with d outputs in place of one: a flow dx/ds = u(x, s) whose field need
// not be the gradient of anything. It has no potential: its Φ is zero, so that only losses which look at the field
// alone, such as [loss.Alignment], can train it.
type VectorField struct {
	MLP potential.MLP
}

var (
	_ potential.Potential   = VectorField{}
	_ potential.VectorField = VectorField{}
)

// Value is zero, [batch]. It builds no network.
func (f VectorField) Value(_ *model.Scope, x, _ *Node) *Node {
	return graph.ReduceSum(graph.ZerosLike(x), 1)
}

// Field is u(x, s) for x [batch, d] at s [batch], of x's shape.
func (f VectorField) Field(scope *model.Scope, x, s *Node) *Node {
	return f.MLP.Outputs(scope, x, s, x.Shape().Dim(1))
}
