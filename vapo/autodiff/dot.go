package autodiff

import (
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
)

// init registers a VJP for products of matrices, or of a batch of them, on pure Go, which wants the left operand's contracted
// axis last and else transposes both operands number by number. GoMLX v0.28.8's (core/graph/ops_dotgeneral.go, dotGeneralVJP)
// asks for three transposes for each gradient in a weight; this one transposes the smaller operand. XLA keeps GoMLX's.
func init() {
	general := graph.VJPRegistration[graph.NodeTypeDotGeneral]
	graph.VJPRegistration[graph.NodeTypeDotGeneral] = func(node *graph.Node, v []*graph.Node, outputShape shapes.Shape) []*graph.Node {
		o := operands(node)
		l, r := ints(o.FieldByName("lhsContractingAxes")), ints(o.FieldByName("rhsContractingAxes"))
		batch := len(ints(o.FieldByName("lhsBatchAxes")))
		lhs, rhs := node.Inputs()[0], node.Inputs()[1]
		plain := len(l) == 1 && len(r) == 1 && lhs.Rank() == batch+2 && rhs.Rank() == batch+2 && o.FieldByName("config").IsZero()
		for _, axes := range []string{"lhsBatchAxes", "rhsBatchAxes"} {
			for i, axis := range ints(o.FieldByName(axes)) {
				plain = plain && axis == i && batch == 1
			}
		}
		if onXLA(node) || !plain {
			return general(node, v, outputShape)
		}
		// With lhs [n, k] and rhs [k, m], either of them transposed, and u [n, m]:
		row, column := batch, batch+1
		u, lFree, rFree := v[0], row+column-l[0], row+column-r[0]
		gradL, gradR := product(u, column, rhs, rFree), product(u, row, lhs, lFree)
		if l[0] == row {
			gradL = product(rhs, rFree, u, column)
		}
		if r[0] == row {
			gradR = product(lhs, lFree, u, row)
		}
		return []*graph.Node{gradL, gradR}
	}
}

// product contracts axis i of a with axis j of b, matrices or batches of matrices: what is left of a, then of b.
func product(a *graph.Node, i int, b *graph.Node, j int) *graph.Node {
	last := a.Rank() - 1
	var batch []int
	if last == 2 {
		batch = []int{0}
	}
	dot := func(a *graph.Node, b *graph.Node, j int) *graph.Node {
		return graph.DotGeneral(a, []int{last}, batch, b, []int{j}, batch)
	}
	turned := func(x *graph.Node) *graph.Node { return graph.Transpose(x, -2, -1) }
	switch {
	case i == last:
		return dot(a, b, j)
	case j != last && b.Shape().Size()+a.Shape().Dim(last)*b.Shape().Dim(last) < a.Shape().Size():
		return turned(dot(turned(b), a, i))
	}
	return dot(turned(a), b, j)
}
