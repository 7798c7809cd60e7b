package autodiff_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/activation"

	"vapoflow/vapo/autodiff"
	"vapoflow/vapo/backend/backendtest"
)

// same runs two builders of the same function of one x and fails where they, or their derivatives of the first three orders along
// x, differ.
func same(t *testing.T, b compute.Backend, x *tensors.Tensor, got, want func(*graph.Node) *graph.Node) {
	t.Helper()
	orders := func(f func(*graph.Node) *graph.Node) []float64 {
		out := graph.MustExecOnceN(b, func(x *graph.Node) []*graph.Node {
			value := graph.ReduceAllMean(graph.Sin(f(x)))
			all := []*graph.Node{value}
			for range 3 {
				value = graph.ReduceAllMean(graph.Square(graph.Gradient(value, x)[0]))
				all = append(all, value)
			}
			return all
		}, x)
		var numbers []float64
		for _, o := range out {
			numbers = append(numbers, tensors.ToScalar[float64](o))
		}
		return numbers
	}
	g, w := orders(got), orders(want)
	for order := range w {
		if math.Abs(g[order]-w[order]) > 1e-12*math.Abs(w[order]) || w[order] == 0 {
			t.Errorf("order %d: %.15g, want %.15g", order, g[order], w[order])
		}
	}
}

func TestSwishAndItsDerivatives(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		x := random(rand.New(rand.NewPCG(1, 2)), 3, 50)
		same(t, b, x, autodiff.Swish, activation.Swish)
		t.Setenv(graph.FusionEnv, "0")
		same(t, b, x, autodiff.Swish, activation.Swish)
	})
}

func TestSpreadAndSumAreBroadcastAndReduction(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		rng := rand.New(rand.NewPCG(3, 4))
		for _, dims := range [][]int{{5}, {2, 1, 1, 5}} {
			like := random(rng, 2, 3, 4, 5)
			same(t, b, random(rng, dims...), func(x *graph.Node) *graph.Node {
				h := graph.ConstTensor(x.Graph(), like)
				return autodiff.Sum(graph.Mul(graph.Square(h), autodiff.Spread(x, h)))
			}, func(x *graph.Node) *graph.Node {
				h := graph.ConstTensor(x.Graph(), like)
				return graph.ReduceSum(graph.Mul(graph.Square(h), graph.ExpandLeftToRank(x, 4)), 1, 2, 3)
			})
		}
		same(t, b, random(rng, 7, 3), autodiff.SquaredNorm, func(x *graph.Node) *graph.Node {
			return graph.ReduceAllSum(graph.Square(x))
		})
	})
}

// Products of matrices in each orientation, alone and in batches, against sums written out.
func TestProductsDifferentiate(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		for batch := range 2 {
			for left := range 2 {
				for right := range 2 {
					t.Run(fmt.Sprint(batch, left, right), func(t *testing.T) {
						rng := rand.New(rand.NewPCG(5, 6))
						dims := func(contracted, axis, other int) []int {
							d := []int{contracted, other}
							if axis == 1 {
								d = []int{other, contracted}
							}
							return append([]int{3, 3}[:batch], d...)
						}
						y := random(rng, dims(4, right, 2)...)
						axes := []int{0}[:batch]
						same(t, b, random(rng, dims(4, left, 11)...), func(x *graph.Node) *graph.Node {
							y := graph.Add(graph.ConstTensor(x.Graph(), y), graph.ReduceAllMean(x))
							return graph.DotGeneral(x, []int{batch + left}, axes, y, []int{batch + right}, axes)
						}, func(x *graph.Node) *graph.Node {
							y := graph.Add(graph.ConstTensor(x.Graph(), y), graph.ReduceAllMean(x))
							if left == 1 {
								x = graph.Transpose(x, -1, -2)
							}
							if right == 1 {
								y = graph.Transpose(y, -1, -2)
							}
							return graph.ReduceSum(graph.Mul(graph.InsertAxes(x, -1), graph.InsertAxes(y, -2)), batch)
						})
					})
				}
			}
		}
	})
}
