package classifier

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers/activation"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/autodiff"
)

const (
	side   = 32 // of the images
	dim    = 64 // features
	scope  = "/classifier/"
	blocks = 4 // pixels of a 2×2 block become channels
)

// convolutions are the 3×3 kernels' channels in order, on 16×16, 16×16, 8×8, 8×8 and 4×4 positions.
var convolutions = []struct {
	in, out int
	halve   bool // average 2×2 positions before
}{
	{3 * blocks, 32, false},
	{32, 32, false},
	{32, 64, true},
	{64, 64, false},
	{64, dim, true},
}

// newStore holds weights before training: kernels normal with variance 2/fan-in (He et al. 2015, arXiv:1502.01852), biases zero,
// and a last layer of zeros, which calls all classes equally likely. They are a function of the seed, whatever the backend.
func newStore(classes int, seed int64) (*model.Store, error) {
	rng := rand.New(rand.NewPCG(uint64(seed), 0))
	store := model.NewStore()
	add := func(name string, spread float64, dims ...int) error {
		values := make([]float32, product(dims))
		if spread > 0 {
			for i := range values {
				values[i] = float32(spread * rng.NormFloat64())
			}
		}
		_, err := store.CreateVariable(scope+name, tensors.FromFlatDataAndDimensions(values, dims...))
		return err
	}
	for i, c := range convolutions {
		if err := add(kernelOf(i), math.Sqrt(2/float64(9*c.in)), 3, 3, c.in, c.out); err != nil {
			return nil, err
		}
		if err := add(biasOf(i), 0, c.out); err != nil {
			return nil, err
		}
	}
	if err := add("classes", 0, dim, classes); err != nil {
		return nil, err
	}
	return store, setScale(store, ones())
}

// setScale stores what each feature is multiplied by, [dim]; it is not trained.
func setScale(store *model.Store, scale []float32) error {
	value := tensors.FromFlatDataAndDimensions(scale, dim)
	if v := store.GetVariable(scope + "scale"); v != nil {
		return v.SetValue(value)
	}
	v, err := store.CreateVariable(scope+"scale", value)
	if err == nil {
		v.SetTrainable(false)
	}
	return err
}

func ones() []float32 {
	x := make([]float32, dim)
	for i := range x {
		x[i] = 1
	}
	return x
}

func kernelOf(i int) string { return fmt.Sprintf("conv_%d/kernel", i) }
func biasOf(i int) string   { return fmt.Sprintf("conv_%d/bias", i) }

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// weight is a variable of the store in the graph of x.
func weight(store *model.Store, name string, x *graph.Node) *graph.Node {
	return store.GetVariable(scope + name).NodeValue(x.Graph())
}

// pooled maps images [n, 32, 32, 3] to [n, dim]: the mean over positions of the last convolution.
func pooled(store *model.Store, x *graph.Node) *graph.Node {
	x = blocksToChannels(x)
	for i, c := range convolutions {
		if c.halve {
			x = halve(x)
		}
		bias := graph.ExpandLeftToRank(weight(store, biasOf(i), x), 4)
		x = activation.Swish(graph.Add(autodiff.Conv(x, weight(store, kernelOf(i), x)), bias))
	}
	return graph.ReduceMean(x, 1, 2)
}

// logits maps what is pooled [n, dim] to [n, classes].
func logits(store *model.Store, pooled *graph.Node) *graph.Node {
	return graph.Dot(pooled, weight(store, "classes", pooled)).Product()
}

// scaled are the features [n, dim].
func scaled(store *model.Store, pooled *graph.Node) *graph.Node {
	return graph.Mul(pooled, graph.ExpandLeftToRank(weight(store, "scale", pooled), 2))
}

// blocksToChannels moves each 2×2 block of pixels into channels: [n, 32, 32, 3] to [n, 16, 16, 12].
func blocksToChannels(x *graph.Node) *graph.Node {
	n, channels := x.Shape().Dim(0), x.Shape().Dim(3)
	x = graph.Reshape(x, n, side/2, 2, side/2, 2, channels)
	return graph.Reshape(graph.TransposeAllAxes(x, 0, 1, 3, 2, 4, 5), n, side/2, side/2, blocks*channels)
}

// halve averages 2×2 positions: [n, h, w, c] to [n, h/2, w/2, c].
func halve(x *graph.Node) *graph.Node {
	n, h, w, c := x.Shape().Dim(0), x.Shape().Dim(1), x.Shape().Dim(2), x.Shape().Dim(3)
	return graph.ReduceMean(graph.Reshape(x, n, h/2, 2, w/2, 2, c), 2, 4)
}
