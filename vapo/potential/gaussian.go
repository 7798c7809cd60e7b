package potential

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/support/exceptions"

	"vapoflow/vapo/homotopy"
)

// Gaussian is N(m, QΛQᵀ) with separable axes: Q rotates each axis of an example by a matrix
// of its own. For points that is the eigenbasis of the full covariance; for images a DCT along
// height and width and the eigenbasis of the colours, in which natural images are nearly
// uncorrelated (THEORY §6). [FitGaussian] estimates it.
type Gaussian struct {
	Shape    []int       // of one example
	Mean     []float32   // m, of that shape, flat
	Axes     [][]float32 // one orthogonal matrix [n, n] per axis of the shape, rows = basis vectors
	Variance []float32   // diagonal of Λ, of that shape, flat
}

// GaussianBase is Φ = Φ*_Gauss + Rest: the exact potential of a Gaussian with the data's mean
// and covariance, on which a network learns the remainder.
type GaussianBase struct {
	Homotopy homotopy.Homotopy
	Rest     Potential // nil means the Gaussian alone
	Gaussian *Gaussian // may be nil where the weights were loaded: they hold it
}

var _ Potential = GaussianBase{}

// Value implements [Potential] (THEORY §6): with C_i = v + μ²λ_i, a_i = (v̇ + 2μμ̇λ_i)/(2C_i) and
// y = Qᵀ(x − μm),
//
//	Φ*_Gauss = μ̇ m·(x − μm) + ½ Σ a_i (y_i² − C_i).
func (p GaussianBase) Value(scope *model.Scope, x, s *Node) *Node {
	batch := x.Shape().Dim(0)
	gauss := p.variables(scope.In("gaussian"), x)
	c := p.Homotopy.At(s)
	mu, muDot := homotopy.PerExample(c.Mu, x), homotopy.PerExample(c.MuDot, x)

	centred := graph.Sub(x, graph.Mul(mu, gauss.mean))
	y := centred
	for axis, q := range gauss.axes {
		y = rotate(y, q, axis+1)
	}
	variance := graph.Add(homotopy.PerExample(c.V, x), graph.Mul(graph.Square(mu), gauss.variance)) // C
	rate := graph.Add(homotopy.PerExample(c.VDot, x),
		graph.MulScalar(graph.Mul(graph.Mul(mu, muDot), gauss.variance), 2)) // 2aC
	quadratic := graph.MulScalar(graph.Mul(rate, graph.MinusOne(graph.Div(graph.Square(y), variance))), 0.25)
	linear := graph.Mul(graph.Mul(muDot, gauss.mean), centred)
	phi := graph.ReduceSum(graph.Reshape(graph.Add(quadratic, linear), batch, -1), 1)
	if p.Rest == nil {
		return phi
	}
	return graph.Add(phi, p.Rest.Value(scope.In("rest"), x, s))
}

type gaussianNodes struct {
	mean, variance *Node // [1, shape...]
	axes           []*Node
}

// variables keeps the Gaussian with the weights, so that a saved model needs no data.
func (p GaussianBase) variables(scope *model.Scope, x *Node) gaussianNodes {
	fixed := func(name string, dims []int, value func(*Gaussian) []float32) *Node {
		v := scope.GetVariable(name)
		if v == nil {
			if p.Gaussian == nil {
				exceptions.Panicf("potential: the weights hold no Gaussian base (%s/%s) and none was given; fit one with "+
					"FitGaussian", scope.Scope(), name)
			}
			v = scope.VariableWithValue(name, tensors.FromFlatDataAndDimensions(value(p.Gaussian), dims...))
		}
		return graph.ConvertDType(v.SetTrainable(false).NodeValue(x.Graph()), x.DType())
	}
	shape := append([]int{1}, x.Shape().Dimensions[1:]...)
	nodes := gaussianNodes{
		mean:     fixed("mean", shape, func(g *Gaussian) []float32 { return g.Mean }),
		variance: fixed("variance", shape, func(g *Gaussian) []float32 { return g.Variance }),
	}
	for axis, n := range shape[1:] {
		name := "axis_" + string(rune('0'+axis))
		nodes.axes = append(nodes.axes, fixed(name, []int{n, n}, func(g *Gaussian) []float32 { return g.Axes[axis] }))
	}
	return nodes
}

// rotate multiplies one axis of x by the matrix q [n, n], whose rows are the new basis.
func rotate(x, q *Node, axis int) *Node {
	rank := x.Rank()
	rotated := graph.DotGeneral(x, []int{axis}, nil, q, []int{1}, nil) // the new axis comes last
	order := make([]int, 0, rank)
	for i := range rank {
		switch {
		case i < axis:
			order = append(order, i)
		case i == axis:
			order = append(order, rank-1)
		default:
			order = append(order, i-1)
		}
	}
	return graph.TransposeAllAxes(rotated, order...)
}
