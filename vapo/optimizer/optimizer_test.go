package optimizer_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"gonum.org/v1/gonum/mat"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/optimizer"
)

func normal(rng *rand.Rand, dims ...int) *tensors.Tensor {
	values := make([]float32, shapes.Make(dtypes.Float32, dims...).Size())
	for i := range values {
		values[i] = float32(rng.NormFloat64())
	}
	return tensors.FromFlatDataAndDimensions(values, dims...)
}

// All singular values of a random matrix, tall, wide or square, come near 1: the quintic keeps those it has lifted within [0.68,
// 1.21]. Those far below the largest may need more steps than five, so the smallest of a square matrix is let off.
func TestOrthogonalise(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for _, dims := range [][2]int{{64, 16}, {16, 64}, {144, 32}, {32, 32}} {
			in := normal(rng, dims[0], dims[1])
			out, err := graph.NewExec(b, optimizer.Orthogonalise)
			if err != nil {
				t.Fatal(err)
			}
			result, err := out.Call1(in)
			if err != nil {
				t.Fatal(err)
			}
			values := singular(result, dims)
			lowest := values[len(values)-1]
			if dims[0] == dims[1] {
				lowest = values[len(values)/2]
			}
			if values[0] > 1.21 || lowest < 0.68 {
				t.Errorf("%v: singular values from %.3f to %.3f, want within [0.68, 1.21]", dims, lowest, values[0])
			}
			// U Vᵀ keeps the singular vectors: ⟨G, UVᵀ⟩ is near the sum of G's singular values.
			inner, sum := 0.0, 0.0
			for i, v := range tensors.MustCopyFlatData[float32](in) {
				inner += float64(v) * float64(tensors.MustCopyFlatData[float32](result)[i])
			}
			for _, v := range singular(in, dims) {
				sum += v
			}
			if inner < 0.8*sum {
				t.Errorf("%v: ⟨G, out⟩ = %.2f, want near the nuclear norm %.2f", dims, inner, sum)
			}
		}
	})
}

func singular(x *tensors.Tensor, dims [2]int) []float64 {
	var wide []float64
	for _, v := range tensors.MustCopyFlatData[float32](x) {
		wide = append(wide, float64(v))
	}
	var svd mat.SVD
	svd.Factorize(mat.NewDense(dims[0], dims[1], wide), mat.SVDNone)
	return svd.Values(nil)
}

// problem is ½‖A(W − W*)‖² with a matrix W, a vector b of its own target and A of condition 30.
func problem(scope *model.Scope, a, w, bias *graph.Node) (*graph.Node, []*model.Variable) {
	g := a.Graph()
	matrix := scope.WithInitializer(initializer.Zero).VariableWithShape("w", shapes.Make(dtypes.Float32, 32, 24))
	vector := scope.WithInitializer(initializer.Zero).VariableWithShape("b", shapes.Make(dtypes.Float32, 24))
	residual := graph.MatMul(a, graph.Sub(matrix.NodeValue(g), w))
	loss := graph.Add(graph.ReduceAllSum(graph.Square(residual)), graph.ReduceAllSum(graph.Square(graph.Sub(vector.NodeValue(g), bias))))
	return graph.MulScalar(loss, 0.5), []*model.Variable{matrix, vector}
}

// Every optimizer that can be named lowers an ill-conditioned quadratic of a matrix and a vector ten-thousandfold, with a rate
// that falls to zero.
func TestConvergesOnAQuadratic(t *testing.T) {
	for _, name := range optimizer.List.Names() {
		t.Run(name, func(t *testing.T) {
			first, last := 0.0, 0.0
			descend(t, name, 400, func(_ int, loss float64) {
				if first == 0 {
					first = loss
				}
				last = loss
			})
			if !(last < 1e-4*first) {
				t.Errorf("loss went from %g to %g in 400 steps, want below %g", first, last, 1e-4*first)
			}
		})
	}
}

func descend(t testing.TB, name string, steps int, observe func(int, float64)) {
	o, err := optimizer.List.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(3, 4))
	diagonal := make([]float32, 32*32)
	for i := range 32 {
		diagonal[i*33] = float32(math.Pow(30, -float64(i)/31))
	}
	a, w, bias := tensors.FromFlatDataAndDimensions(diagonal, 32, 32), normal(rng, 32, 24), normal(rng, 24)
	store := model.NewStore()
	exec, err := model.NewExec(backend.Host(), store, func(scope *model.Scope, a, w, bias, rate *graph.Node) *graph.Node {
		loss, vars := problem(scope.In("p"), a, w, bias)
		grads := scope.BuildTrainableVariablesGradientsGraph(loss)
		ordered := vars[:0:0] // the gradients come in the order of the store
		for v := range scope.IterVariables() {
			if v.Trainable {
				ordered = append(ordered, v)
			}
		}
		o.Update(scope, ordered, grads, rate)
		return loss
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range steps {
		rate := 0.05 * (1 - float64(i)/float64(steps))
		out, err := exec.Call1(a, w, bias, float32(rate))
		if err != nil {
			t.Fatal(err)
		}
		observe(i, float64(tensors.ToScalar[float32](out)))
	}
	if got := optimizer.Step(store); got != steps {
		t.Errorf("%s counted %d steps of %d", name, got, steps)
	}
}

// A network without biases leaves Muon nothing for Adam: its steps are counted all the same.
func TestMuonOnKernelsAlone(t *testing.T) {
	store := model.NewStore()
	w, err := store.CreateVariable("/w", normal(rand.New(rand.NewPCG(1, 2)), 1, 1, 4, 4))
	if err != nil {
		t.Fatal(err)
	}
	w.SetTrainable(true)
	exec, err := model.NewExec(backend.Host(), store, func(scope *model.Scope, rate *graph.Node) *graph.Node {
		optimizer.Muon{}.Update(scope, []*model.Variable{w}, []*graph.Node{w.NodeValue(rate.Graph())}, rate)
		return rate
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if _, err := exec.Call1(float32(0.01)); err != nil {
			t.Fatal(err)
		}
	}
	if steps := optimizer.Step(store); steps != 3 {
		t.Errorf("%d steps counted of 3", steps)
	}
}

func Example_list() {
	fmt.Println(optimizer.List.Summary("muon"))
	fmt.Println(optimizer.List.Find("adam"))
	// Output:
	// orthogonalised momentum on matrices and kernels, Adam on the rest (Jordan 2024)
	// {1e-07} <nil>
}
