package mixture

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/homotopy"
)

// maxConstant is how many numbers a mixture may bring into a graph as constants. Larger ones are
// variables, which the compiler neither folds nor copies.
const maxConstant = 1024

// points are a mixture's components in a graph.
type points struct {
	means   *Node // m_k, [n, d]
	weights *Node // π_k, [n]
}

// nodes brings the components into the graph of x [batch, d], with its dtype.
func (m Mixture) nodes(scope *model.Scope, x *Node) points {
	if err := m.check(); err != nil {
		panic(err)
	}
	if x.Rank() != 2 || x.Shape().Dim(1) != m.Dim() {
		panicf("mixture: x must be [batch, %d] for data of %d dimensions, got %s", m.Dim(), m.Dim(), x.Shape())
	}
	means, weights := m.tensors()
	if means.Size() <= maxConstant {
		return cast(graph.ConstTensor(x.Graph(), means), graph.ConstTensor(x.Graph(), weights), x.DType())
	}
	// The name tells two mixtures in one scope apart.
	name := fmt.Sprintf("mixture_%016x_", m.hash())
	variable := func(suffix string, value *tensors.Tensor) *Node {
		return scope.VariableWithValue(name+suffix, value).SetTrainable(false).NodeValue(x.Graph())
	}
	return cast(variable("means", means), variable("weights", weights), x.DType())
}

func cast(means, weights *Node, dtype dtypes.DType) points {
	return points{graph.ConvertDType(means, dtype), graph.ConvertDType(weights, dtype)}
}

// tensors are the means [n, d] and weights [n] in float64.
func (m Mixture) tensors() (means, weights *tensors.Tensor) {
	pi := make([]float64, len(m.Means))
	for k := range pi {
		pi[k] = m.weight(k)
	}
	return tensors.FromValue(m.Means), tensors.FromValue(pi)
}

func (m Mixture) hash() uint64 {
	h := fnv.New64a()
	for k, mean := range m.Means {
		for _, x := range append([]float64{m.weight(k)}, mean...) {
			h.Write(binary.LittleEndian.AppendUint64(nil, math.Float64bits(x)))
		}
	}
	return h.Sum64()
}

// weigh gives, on the path c of the means as points, the responsibilities r_k ∝ π_k exp(μ e_k),
// [batch, n], and G = (1/μ) log Σ π_k exp(μ e_k), [batch], with e_k = (m_k·x − μ‖m_k‖²/2)/V. One
// matrix product makes all of m_k·x.
//
// For small μ the sum is 1 + O(μ) and its logarithm, divided by μ, would be all rounding. Instead
// with δ_k = μ(e_k − max e) ≤ 0 it is log1p(Σ π_k expm1(δ_k)), which keeps full relative accuracy.
func (p points) weigh(x *Node, c homotopy.Coefficients) (r, g *Node) {
	mu, v := graph.InsertAxes(positive(c.Mu), -1), graph.InsertAxes(c.V, -1)
	weights := graph.InsertAxes(p.weights, 0)

	product := graph.DotGeneral(x, []int{1}, nil, p.means, []int{1}, nil)
	halfNorm := graph.InsertAxes(graph.MulScalar(squaredNorm(p.means), 0.5), 0)
	e := graph.Div(graph.Sub(product, graph.Mul(mu, halfNorm)), v)
	// A shift that cancels in G and r: no gradient needs to pass through it.
	top := graph.StopGradient(graph.ReduceAndKeep(e, graph.ReduceMax, 1))
	delta := graph.Mul(mu, graph.Sub(e, top))

	terms := graph.Mul(weights, graph.Exp(delta))
	sum := graph.ReduceAndKeep(terms, graph.ReduceSum, 1)
	less := graph.ReduceAndKeep(graph.Mul(weights, expm1(delta)), graph.ReduceSum, 1) // sum − 1
	log := graph.Where(
		graph.GreaterThan(sum, graph.MulScalar(graph.OnesLike(sum), 0.5)),
		graph.Log1P(graph.MaxScalar(less, -0.5)),
		graph.Log(sum))
	g = graph.Add(top, graph.Div(log, mu))
	return graph.Div(terms, sum), graph.Squeeze(g, 1)
}

// expm1 is exp(x) − 1 = tanh(x/2)(exp(x) + 1) without cancellation: GoMLX's own has no gradient.
func expm1(x *Node) *Node {
	return graph.Mul(graph.Tanh(graph.MulScalar(x, 0.5)), graph.OnePlus(graph.Exp(x)))
}
