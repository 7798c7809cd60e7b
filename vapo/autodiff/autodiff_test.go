package autodiff_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/autodiff"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
)

func random(rng *rand.Rand, dims ...int) *tensors.Tensor {
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

// naive is the definition of the convolution, entry by entry.
func naive(x, kernel *tensors.Tensor) []float64 {
	xs, ks := tensors.MustCopyFlatData[float64](x), tensors.MustCopyFlatData[float64](kernel)
	d, k := x.Shape().Dimensions, kernel.Shape().Dimensions
	b, h, w, in, size, out := d[0], d[1], d[2], d[3], k[0], k[3]
	y := make([]float64, b*h*w*out)
	for n := range b {
		for i := range h {
			for j := range w {
				for di := range size {
					for dj := range size {
						si, sj := i+di-size/2, j+dj-size/2
						if si < 0 || si >= h || sj < 0 || sj >= w {
							continue
						}
						for c := range in {
							for o := range out {
								y[((n*h+i)*w+j)*out+o] += xs[((n*h+si)*w+sj)*in+c] * ks[((di*size+dj)*in+c)*out+o]
							}
						}
					}
				}
			}
		}
	}
	return y
}

func TestConvIsTheConvolution(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, size := range []int{1, 3, 5} {
			x, kernel := random(rng, 2, 6, 4, 3), random(rng, size, size, 3, 2)
			got := tensors.MustCopyFlatData[float64](graph.MustExecOnce(b, autodiff.Conv, x, kernel))
			for i, want := range naive(x, kernel) {
				if math.Abs(got[i]-want) > 1e-10 {
					t.Fatalf("kernel %d: entry %d is %g, want %g", size, i, got[i], want)
				}
			}
		}
	})
}

// energy is a scalar of x and kernel whose derivatives of every order depend on both.
func energy(x, kernel *graph.Node) *graph.Node {
	h := autodiff.Conv(x, kernel)
	return graph.ReduceAllMean(graph.Mul(graph.Sin(h), autodiff.Conv(graph.Square(x), kernel)))
}

// derived nests gradients: each order is the mean square of the gradient of the order below, in x and in
// the kernel by turns.
func derived(x, kernel *graph.Node, order int) *graph.Node {
	value := energy(x, kernel)
	for i := range order {
		at := []*graph.Node{x, kernel}[i%2]
		value = graph.ReduceAllMean(graph.Square(graph.Gradient(value, at)[0]))
	}
	return value
}

// Each order's gradient along a random direction must be the finite difference of the order below.
func TestConvDifferentiatesToAnyOrder(t *testing.T) {
	const step = 1e-5
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		rng := rand.New(rand.NewPCG(3, 4))
		x, kernel, direction := random(rng, 2, 4, 4, 2), random(rng, 3, 3, 2, 2), random(rng, 3, 3, 2, 2)
		for order := range 3 {
			t.Run(fmt.Sprint("order ", order+1), func(t *testing.T) {
				out := graph.MustExecOnceN(b, func(x, kernel, direction *graph.Node) []*graph.Node {
					move := graph.MulScalar(direction, step)
					slope := graph.ReduceAllSum(graph.Mul(graph.Gradient(derived(x, kernel, order), kernel)[0], direction))
					difference := graph.Sub(derived(x, graph.Add(kernel, move), order), derived(x, graph.Sub(kernel, move), order))
					return []*graph.Node{slope, graph.DivScalar(difference, 2*step)}
				}, x, kernel, direction)
				slope, difference := tensors.ToScalar[float64](out[0]), tensors.ToScalar[float64](out[1])
				if math.Abs(slope-difference) > 1e-6*math.Abs(difference) {
					t.Errorf("slope %.9g, finite difference %.9g", slope, difference)
				}
			})
		}
	})
}

func TestConvRefusesWrongShapes(t *testing.T) {
	for name, dims := range map[string][]int{"even kernel": {2, 2, 3, 1}, "other channels": {3, 3, 2, 1}, "rank 3": {3, 3, 3}} {
		_, err := graph.CallOnce(backend.Host(), autodiff.Conv, random(rand.New(rand.NewPCG(1, 1)), 1, 4, 4, 3), random(rand.New(rand.NewPCG(1, 1)), dims...))
		if err == nil {
			t.Errorf("%s: Conv accepted a kernel of shape %v", name, dims)
		}
	}
}

func ExampleConv() {
	image := [][][][]float64{{{{1}, {2}}, {{3}, {4}}}} // [1, 2, 2, 1]
	box := tensors.FromScalarAndDimensions(1.0, 3, 3, 1, 1)
	sums, err := graph.CallOnce(backend.Host(), autodiff.Conv, image, box)
	fmt.Println(sums.Value(), err)
	// Output: [[[[10] [10]] [[10] [10]]]] <nil>
}
