package potential_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// networks are every network, alone and wrapped, with a batch they take.
func networks(t *testing.T) map[string]struct {
	p     potential.Potential
	shape []int
} {
	t.Helper()
	path, err := homotopy.Straight(1)
	if err != nil {
		t.Fatal(err)
	}
	base := func(rest potential.Potential, shape []int) potential.Potential {
		gaussian, err := potential.FitGaussian(shape, 64, func(i int, dst []float32) error {
			rng := rand.New(rand.NewPCG(9, uint64(i)))
			for j := range dst {
				dst[j] = float32(0.3*rng.NormFloat64()) + 0.1*float32(j%3)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return potential.GaussianBase{Homotopy: path, Rest: rest, Gaussian: gaussian}
	}
	points, image := []int{3}, []int{8, 8, 3}
	mlp, resnet := potential.MLP{Width: 8, Depth: 2}, potential.ResNet{Width: 4, Blocks: 1}
	return map[string]struct {
		p     potential.Potential
		shape []int
	}{
		"mlp":                {mlp, points},
		"mlp autonomous":     {potential.Autonomous(mlp), points},
		"mlp on gaussian":    {base(mlp, points), points},
		"resnet":             {resnet, image},
		"resnet on gaussian": {base(resnet, image), image},
	}
}

func draw(rng *rand.Rand, dims ...int) *tensors.Tensor {
	size := 1
	for _, d := range dims {
		size *= d
	}
	data := make([]float64, size)
	for i := range data {
		data[i] = rng.NormFloat64()
	}
	return tensors.FromFlatDataAndDimensions(data, dims...)
}

// shift adds h times a fixed random direction to every trainable variable.
func shift(store *model.Store, base, direction map[string][]float64, h float64) {
	for v := range store.IterVariables() {
		at, ok := base[v.Path()]
		if !ok {
			continue
		}
		moved := make([]float64, len(at))
		for i := range at {
			moved[i] = at[i] + h*direction[v.Path()][i]
		}
		if err := v.SetValue(tensors.FromFlatDataAndDimensions(moved, v.Shape().Dimensions...)); err != nil {
			panic(err)
		}
	}
}

// The θ-gradient of a loss that contains ∇ₓΦ must be its finite difference, in float64, on every
// backend: the gate for every network and every version of GoMLX.
func TestSecondOrderGradients(t *testing.T) {
	const step = 1e-5
	for name, network := range networks(t) {
		t.Run(name, func(t *testing.T) {
			backendtest.Each(t, func(t *testing.T, b compute.Backend) {
				rng := rand.New(rand.NewPCG(1, 2))
				x, s := draw(rng, append([]int{2}, network.shape...)...), []float64{0.2, 0.7}
				store := model.NewStore()
				direction := map[string][]float64{}
				exec := model.MustNewExec(b, store, func(scope *model.Scope, x, s *graph.Node) (loss, slope *graph.Node) {
					phi, grad := potential.Evaluator(scope, network.p)(x, s)
					loss = graph.Add(graph.ReduceAllMean(graph.Square(graph.AddScalar(grad, -1))), graph.ReduceAllMean(phi))
					slope = graph.ScalarZero(x.Graph(), x.DType())
					var trained []*model.Variable
					for v := range scope.IterVariables() {
						if v.Trainable && v.InUseByGraph(x.Graph()) {
							trained = append(trained, v)
						}
					}
					for i, grad := range scope.BuildTrainableVariablesGradientsGraph(loss) {
						v := trained[i]
						if direction[v.Path()] == nil {
							direction[v.Path()] = tensors.MustCopyFlatData[float64](draw(rng, v.Shape().Dimensions...))
						}
						along := tensors.FromFlatDataAndDimensions(direction[v.Path()], v.Shape().Dimensions...)
						slope = graph.Add(slope, graph.ReduceAllSum(graph.Mul(grad, graph.ConstTensor(x.Graph(), along))))
					}
					return loss, slope
				})
				exec.MustCall(x, s) // creates the weights
				base := map[string][]float64{}
				for v := range store.IterVariables() {
					if direction[v.Path()] != nil { // readouts start at zero, which would hide mistakes
						base[v.Path()] = tensors.MustCopyFlatData[float64](draw(rng, v.Shape().Dimensions...))
						for i := range base[v.Path()] {
							base[v.Path()][i] *= 0.3
						}
					}
				}
				at := func(h float64) (loss, slope float64) {
					shift(store, base, direction, h)
					out := exec.MustCall(x, s)
					return tensors.ToScalar[float64](out[0]), tensors.ToScalar[float64](out[1])
				}
				_, slope := at(0)
				up, _ := at(step)
				down, _ := at(-step)
				difference := (up - down) / (2 * step)
				if len(base) == 0 || math.Abs(slope-difference) > 1e-6*math.Abs(difference) {
					t.Errorf("θ-gradient along a random direction is %.10g, finite difference %.10g (%d variables)", slope, difference, len(base))
				}
			})
		})
	}
}

func ExampleMLP() {
	phi, err := model.CallOnce(backendHost(), model.NewStore(), func(scope *model.Scope, x, s *graph.Node) *graph.Node {
		return potential.MLP{Width: 64}.Value(scope, x, s)
	}, [][]float32{{0, 0}, {1, 2}}, []float32{0, 0.5})
	fmt.Println(phi.Shape(), err)
	// Output: (Float32)[2] <nil>
}
