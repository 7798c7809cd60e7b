package optimizer

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	gomlx "github.com/gomlx/gomlx/ml/train/optimizer"
)

// Muon (K. Jordan 2024, "Muon: an optimizer for hidden layers in neural networks") steps along the orthogonalised momentum of
// each matrix: with M ← βM + (1−β)G, of a kernel [k, k, in, out] read as the matrix [k²·in, out],
//
//	W ← W − rate · Ratio · √max(1, rows/columns) · [Orthogonalise](M).
//
// What is no such matrix (biases, the first and last layers of few rows or columns) takes [Adam]'s step at the rate itself.
type Muon struct {
	Ratio    float64 `json:"ratio"`    // of the matrices' rate to the learning rate; 0 means 10
	Momentum float64 `json:"momentum"` // β in (0, 1); 0 means 0.9
	Nesterov bool    `json:"nesterov"` // orthogonalise βM + (1−β)G instead of M
}

var _ Optimizer = Muon{}

// Validate says which number cannot be used.
func (o Muon) Validate() error {
	if !(o.Ratio >= 0) || !(o.Momentum >= 0 && o.Momentum < 1) {
		return fmt.Errorf("ratio must be positive, or 0 for 10, and momentum lie in (0, 1), or be 0 for 0.9, got %g and %g", o.Ratio, o.Momentum)
	}
	return nil
}

// Update implements [Optimizer].
func (o Muon) Update(scope *model.Scope, vars []*model.Variable, grads []*graph.Node, rate *graph.Node) {
	ratio, beta := or(o.Ratio, 10), or(o.Momentum, 0.9)
	var others []*model.Variable
	var otherGrads []*graph.Node
	for i, v := range vars {
		rows, columns, ok := matrix(v)
		if !ok {
			others, otherGrads = append(others, v), append(otherGrads, grads[i])
			continue
		}
		g := grads[i].Graph()
		momentum := scope.Store().VariableWithShape(muonScope+v.Path(), v.Shape(), initializer.Zero).SetTrainable(false)
		blend := func(m *graph.Node) *graph.Node {
			return graph.Add(graph.MulScalar(m, beta), graph.MulScalar(grads[i], 1-beta))
		}
		direction := blend(momentum.NodeValue(g))
		momentum.SetNodeValue(direction)
		if o.Nesterov {
			direction = blend(direction)
		}
		direction = graph.Reshape(Orthogonalise(graph.Reshape(direction, rows, columns)), v.Shape().Dimensions...)
		scale := ratio * math.Sqrt(max(1, float64(rows)/float64(columns)))
		v.SetNodeValue(graph.Sub(v.NodeValue(g), graph.Mul(rate, graph.MulScalar(direction, scale))))
	}
	if len(others) == 0 { // GoMLX's Adam wants one
		gomlx.IncrementGlobalStep(rate.Graph(), rate.DType())
		return
	}
	Adam{}.Update(scope, others, otherGrads, rate)
}

const muonScope = "/muon"

// matrix reads a variable as a matrix whose directions are worth equalising: a kernel [k, k, in, out], or a matrix of which both
// sides are at least minSide.
func matrix(v *model.Variable) (rows, columns int, ok bool) {
	dims := v.Shape().Dimensions
	if len(dims) < 2 {
		return 0, 0, false
	}
	columns = dims[len(dims)-1]
	rows = v.Shape().Size() / columns
	return rows, columns, len(dims) == 4 || len(dims) == 2 && min(rows, columns) >= minSide
}

const minSide = 16

// The quintic of Newton–Schulz whose iterates take singular values in (0, 1] to about 1 (within [0.68, 1.21]) fastest: Jordan's
// (a, b, c).
const (
	schulzA, schulzB, schulzC = 3.4445, -4.7750, 2.0315
	schulzSteps               = 5
)

// Orthogonalise takes all singular values of g [rows, columns] near 1, U V^T of g = U Σ V^T, by five steps of Newton–Schulz:
// X ← aX + (bA + cA²)X with A = X Xᵀ, from g/‖g‖_F. Singular values below about 1e-3 of the norm stay smaller.
func Orthogonalise(g *graph.Node) *graph.Node {
	g.AssertRank(2)
	tall := g.Shape().Dim(0) > g.Shape().Dim(1)
	if tall { // the smaller Gram matrix
		g = graph.Transpose(g, 0, 1)
	}
	x := graph.Div(g, graph.AddScalar(graph.Sqrt(graph.ReduceAllSum(graph.Square(g))), 1e-12))
	for range schulzSteps {
		a := graph.MatMul(x, graph.Transpose(x, 0, 1))
		polynomial := graph.Add(graph.MulScalar(a, schulzB), graph.MulScalar(graph.MatMul(a, a), schulzC))
		x = graph.Add(graph.MulScalar(x, schulzA), graph.MatMul(polynomial, x))
	}
	if tall {
		x = graph.Transpose(x, 0, 1)
	}
	return x
}

func or(value, fallback float64) float64 {
	if value == 0 {
		return fallback
	}
	return value
}
