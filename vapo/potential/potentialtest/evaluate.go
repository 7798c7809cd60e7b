package potentialtest

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/internal/suite"
	"vapoflow/vapo/potential"
)

// evaluator is a potential with random weights, in one dtype on one backend.
type evaluator struct {
	size       int // of one example
	shape      []int
	dtype      dtypes.DType
	store      *model.Store
	weights    map[string][]float64 // the trainable ones, by path
	directions map[string][]float64
	exec       *model.Exec // x, s → Φ, ∇Φ
	slope      *model.Exec // x, s → the loss of checkSecondOrder and its gradient along the directions
}

// build makes the weights: normal with standard deviation 0.3, a function of their names, since readouts that start at zero would
// hide mistakes.
func build(b compute.Backend, p potential.Potential, shape []int, dtype dtypes.DType) (*evaluator, error) {
	e := &evaluator{size: 1, shape: shape, dtype: dtype, store: model.NewStore(), weights: map[string][]float64{}, directions: map[string][]float64{}}
	for _, n := range shape {
		e.size *= n
	}
	e.store.SetParam(model.ParamInitialSeed, int64(1))
	var err error
	e.exec, err = model.NewExec(b, e.store, func(scope *model.Scope, x, s *potential.Node) (phi, grad *potential.Node) {
		phi = p.Value(scope.At(potential.Scope), x, s)
		if phi.Rank() != 1 { // no gradient of that
			return phi, x
		}
		return potential.Evaluator(scope, p)(x, s)
	})
	if err != nil {
		return nil, suite.NotBuilt("the potential", err)
	}
	_, err = model.CallOnce(backend.Host(), e.store, func(scope *model.Scope, x, s *potential.Node) *potential.Node { // makes the weights, cheaply
		return p.Value(scope.At(potential.Scope), x, s)
	}, tensor(dtype, make([]float64, 2*e.size), append([]int{2}, shape...)...), tensor(dtype, []float64{0, 1}, 2))
	if err != nil {
		return nil, suite.NotBuilt(fmt.Sprintf("the value Φ of 2 examples %v in %s", shape, dtype), err)
	}
	for v := range e.store.IterVariables() {
		if v.Trainable && v.DType().IsFloat() {
			w := draw(named(v.Path(), 1), v.Shape().Size())
			for i := range w {
				w[i] *= 0.3
			}
			e.weights[v.Path()], e.directions[v.Path()] = w, draw(named(v.Path(), 2), len(w))
			continue
		}
		value, err := v.Value() // what is not trained leaves the host's backend
		if err == nil {
			err = value.ToLocal()
		}
		if err != nil {
			return nil, fmt.Errorf("variable %s: %w", v.Path(), err)
		}
	}
	if err := e.move(0); err != nil {
		return nil, err
	}
	e.slope, err = model.NewExec(b, e.store, func(scope *model.Scope, x, s *potential.Node) (theLoss, slope *potential.Node) {
		phi, grad := potential.Evaluator(scope, p)(x, s)
		theLoss = graph.Add(graph.ReduceAllMean(graph.Square(graph.AddScalar(grad, -1))), graph.ReduceAllMean(phi))
		slope = graph.ScalarZero(x.Graph(), x.DType())
		var trained []*model.Variable
		for v := range scope.IterVariables() {
			if v.Trainable && v.InUseByGraph(x.Graph()) {
				trained = append(trained, v)
			}
		}
		for i, grad := range scope.BuildTrainableVariablesGradientsGraph(theLoss) {
			direction := graph.ConstTensor(x.Graph(), tensor(dtype, e.directions[trained[i].Path()], trained[i].Shape().Dimensions...))
			slope = graph.Add(slope, graph.ReduceAllSum(graph.Mul(grad, direction)))
		}
		return theLoss, slope
	})
	return e, err
}

// move sets the weights, h along their directions.
func (e *evaluator) move(h float64) error {
	for path, w := range e.weights {
		v := e.store.GetVariable(path)
		if err := v.SetValue(tensor(v.DType(), along(w, e.directions[path], h), v.Shape().Dimensions...)); err != nil {
			return err
		}
	}
	return nil
}

// evaluation is Φ and ∇Φ, flat, and the shape of Φ.
type evaluation struct {
	phi, grad []float64
	shape     shapes.Shape
}

func (e *evaluator) evaluate(x, s []float64) (evaluation, error) {
	out, err := e.exec.Call(tensor(e.dtype, x, append([]int{len(s)}, e.shape...)...), tensor(e.dtype, s, len(s)))
	if err != nil {
		return evaluation{}, suite.NotBuilt(fmt.Sprintf("the value Φ of %d examples %v in %s", len(s), e.shape, e.dtype), err)
	}
	return evaluation{flatten(out[0]), flatten(out[1]), out[0].Shape()}, nil
}

// loss gives the loss of checkSecondOrder with the weights moved by h, and its derivative in h.
func (e *evaluator) loss(x, s []float64, h float64) (value, slope float64, err error) {
	if err := e.move(h); err != nil {
		return 0, 0, err
	}
	out, err := e.slope.Call(tensor(e.dtype, x, append([]int{len(s)}, e.shape...)...), tensor(e.dtype, s, len(s)))
	if err != nil {
		return 0, 0, suite.NotBuilt("the gradient in the weights of a loss with ∇ₓΦ", err)
	}
	return flatten(out[0])[0], flatten(out[1])[0], nil
}

// named is a seed for the numbers of a weight.
func named(path string, use uint64) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(path))
	return hash.Sum64() + use
}

// draw gives n standard normals.
func draw(seed uint64, n int) []float64 {
	r := rand.New(rand.NewPCG(seed, 2))
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func along(x, direction []float64, h float64) []float64 {
	moved := make([]float64, len(x))
	for i := range x {
		moved[i] = x[i] + h*direction[i]
	}
	return moved
}

func dot(x, y []float64) (sum float64) {
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

// single rounds to float32, so that both dtypes see the very same numbers.
func single(x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = float64(float32(v))
	}
	return out
}

func tensor(dtype dtypes.DType, x []float64, dims ...int) *tensors.Tensor {
	if dtype == dtypes.Float64 {
		return tensors.FromFlatDataAndDimensions(x, dims...)
	}
	narrow := make([]float32, len(x))
	for i, v := range x {
		narrow[i] = float32(v)
	}
	return tensors.FromFlatDataAndDimensions(narrow, dims...)
}

func flatten(t *tensors.Tensor) []float64 {
	if t.DType() == dtypes.Float64 {
		return tensors.MustCopyFlatData[float64](t)
	}
	var out []float64
	for _, v := range tensors.MustCopyFlatData[float32](t) {
		out = append(out, float64(v))
	}
	return out
}
