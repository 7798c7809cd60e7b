package autodiff

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// Spread repeats x, [channels] or [batch, 1, 1, channels], over the rows or pixels of h [batch, …, channels]. XLA is given x as
// it is, which it spreads by itself; pure Go is an order of magnitude faster at a product with ones, and at that product's
// gradients.
func Spread(x, h *graph.Node) *graph.Node {
	d := h.Shape().Dimensions
	switch {
	case onXLA(h):
		return graph.ExpandLeftToRank(x, h.Rank())
	case x.Rank() == 1:
		n := x.Shape().Dim(0)
		return graph.Reshape(graph.MatMul(ones(x, h.Shape().Size()/n, 1), graph.Reshape(x, 1, n)), d...)
	}
	x = graph.Reshape(x, d[0], 1, d[3])
	return graph.Reshape(graph.DotGeneral(ones(x, d[0], d[1]*d[2], 1), []int{2}, []int{0}, x, []int{1}, []int{0}), d...)
}

// Sum adds all of each example's entries, [batch]; see [Spread].
func Sum(x *graph.Node) *graph.Node {
	b := x.Shape().Dim(0)
	if onXLA(x) {
		return graph.ReduceSum(graph.Reshape(x, b, -1), 1)
	}
	n := x.Shape().Size() / b
	return graph.Reshape(graph.DotGeneral(graph.Reshape(x, b, n), []int{1}, nil, ones(x, 1, n), []int{1}, nil), b)
}

// SquaredNorm is the sum of the squares of all entries, a scalar; see [Spread].
func SquaredNorm(x *graph.Node) *graph.Node {
	if onXLA(x) {
		return graph.ReduceAllSum(graph.Square(x))
	}
	x = graph.Reshape(x, 1, -1)
	return graph.Reshape(graph.DotGeneral(x, []int{1}, nil, x, []int{1}, nil))
}

func ones(like *graph.Node, dims ...int) *graph.Node {
	return graph.Ones(like.Graph(), shapes.Make(like.DType(), dims...))
}
