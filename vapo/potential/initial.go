package potential

import (
	"hash/fnv"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/model/initializer"
	"github.com/gomlx/gomlx/ml/nn"

	"vapoflow/vapo/autodiff"
)

// DrawnOnHost gives the layer at scope its first weights: normal with variance 2/fan-in (He et al. 2015, arXiv:1502.01852),
// biases zero. Each weight is a function of (the store's [model.ParamInitialSeed], the layer's path, its index), so that one seed
// gives one network on every backend and number of devices, whatever other layers there are. A layer that has several weights
// (kernels, matrices) needs a scope for each.
func DrawnOnHost(scope *model.Scope) model.VariableInitializer {
	name := fnv.New64a()
	name.Write([]byte(scope.Scope()))
	seed := model.GetParamOr(scope, model.ParamInitialSeed, int64(0))
	return func(g *graph.Graph, shape shapes.Shape) *Node {
		rank := shape.Rank()
		if rank < 2 {
			return graph.Zeros(g, shape)
		}
		rng := rand.New(rand.NewPCG(uint64(seed), name.Sum64()))
		spread := math.Sqrt(2 / float64(shape.Size()/shape.Dim(rank-1)))
		weights := make([]float32, shape.Size())
		for i := range weights {
			weights[i] = float32(spread * rng.NormFloat64())
		}
		return graph.ConvertDType(graph.ConstTensor(g, tensors.FromFlatDataAndDimensions(weights, shape.Dimensions...)), shape.DType)
	}
}

// initial gives the layer at a scope its first weights.
type initial func(scope *model.Scope) model.VariableInitializer

func zero(*model.Scope) model.VariableInitializer { return initializer.Zero }

// dense is x W + b for x [..., d], with n outputs.
func dense(scope *model.Scope, x *Node, n int, init initial) *Node {
	in := scope.WithInitializer(init(scope)).In("dense") // as layers.Dense names it
	variable := func(name string, dims ...int) *Node {
		return in.VariableWithShape(name, shapes.Make(x.DType(), dims...)).NodeValue(x.Graph())
	}
	y := nn.Dense(x, variable("weights", x.Shape().Dim(-1), n), nil, compute.DenseLayoutInputOutputs)
	return graph.Add(y, autodiff.Spread(variable("biases", n), y))
}
