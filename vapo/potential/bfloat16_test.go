package potential_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/potential"
)

// TestBFloat16: with one set of weights, whose dtype stays float32, Φ and ∇Φ in bfloat16 are those in float32 within the eight
// bits of its fraction, and no nearer than it can be. On pure Go: XLA takes seconds to compile it for a processor.
func TestBFloat16(t *testing.T) {
	const n = 4
	x := make([]float32, n*8*8*3)
	for i := range x {
		x[i] = float32(math.Sin(0.7 * float64(i*i%1013)))
	}
	in, s := tensors.FromFlatDataAndDimensions(x, n, 8, 8, 3), tensors.FromValue([]float32{0.1, 0.4, 0.7, 0.95})
	store := model.NewStore()
	at := func(half bool) (out [][]float32) {
		exec, err := model.NewExec(backend.Host(), store, func(scope *model.Scope, x, s *graph.Node) []*graph.Node {
			phi, grad := potential.Evaluator(scope, potential.ResNet{Width: 4, BFloat16: half})(x, s)
			loss := graph.ReduceAllMean(graph.Square(graph.AddScalar(grad, -1)))
			var weights []*graph.Node
			for v := range store.IterVariables() {
				if v.Trainable {
					weights = append(weights, v.NodeValue(x.Graph()))
				}
			}
			var squares *graph.Node // of the gradient in the weights
			for _, g := range graph.Gradient(loss, weights...) {
				squares = sum(squares, graph.ReduceAllSum(graph.Square(g)))
			}
			return []*graph.Node{phi, grad, graph.Sqrt(squares)}
		})
		if err != nil {
			t.Fatal(err)
		}
		all, err := exec.Call(in, s)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range all {
			out = append(out, tensors.MustCopyFlatData[float32](x))
		}
		return out
	}
	at(false)
	random := rand.New(rand.NewPCG(1, 2))
	for v := range store.IterVariables() { // read-outs begin at zero
		if !v.Trainable {
			continue
		}
		if v.Shape().DType != dtypes.Float32 {
			t.Errorf("weight %s is %s", v.Path(), v.Shape().DType)
		}
		value := v.MustValue()
		flat := tensors.MustCopyFlatData[float32](value)
		for i := range flat {
			flat[i] += 0.05 * float32(random.NormFloat64())
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(flat, value.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	exact, half := at(false), at(true)
	for k, name := range []string{"Φ", "∇Φ", "the norm of a loss's gradient in the weights"} {
		off, size := 0.0, 0.0
		for i := range exact[k] {
			off += math.Pow(float64(half[k][i]-exact[k][i]), 2)
			size += math.Pow(float64(exact[k][i]), 2)
		}
		if relative := math.Sqrt(off / size); !(relative > 1e-5 && relative < 2e-2) {
			t.Errorf("%s in bfloat16 is %.2g of itself from that in float32", name, relative)
		}
	}
}

func sum(a, b *graph.Node) *graph.Node {
	if a == nil {
		return b
	}
	return graph.Add(a, b)
}
