package flow

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/internal/plain"
	"vapoflow/vapo/internal/variables"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

// engine holds the executables for one dtype of points.
type engine struct {
	backend    compute.Backend // that they are compiled for
	source     *model.Store    // that the weights were copied from
	evaluate   *model.Exec     // x, s → Φ, ∇Φ
	curvatures *model.Exec     // x, s, v → ∇Φ, vᵀ(∇²Φ)v

	mu    sync.RWMutex
	built map[string]bool // names of the graphs that are compiled
}

// Evaluate gives Φ [n] and ∇Φ, of the shape and dtype of x [n, shape...], at one s in [0, 1]. The caller owns the results.
func (f *Flow) Evaluate(x *tensors.Tensor, s float64) (phi, grad *tensors.Tensor, err error) {
	e, err := f.engine(x, s)
	if err != nil {
		return nil, nil, err
	}
	return e.call(e.evaluate, x, s)
}

// Curvatures gives ∇Φ, of x's shape, and the second derivatives vᵀ(∇²Φ)v, [n, k], along directions v [k, 1 or n, shape...] at the
// points x [n, shape...] and one s in [0, 1]. Its graph grows with k. The caller owns the results.
func (f *Flow) Curvatures(x *tensors.Tensor, s float64, v *tensors.Tensor) (grad, products *tensors.Tensor, err error) {
	e, err := f.engine(x, s)
	if err != nil {
		return nil, nil, err
	}
	if err := f.checkDirections(x, v); err != nil {
		return nil, nil, err
	}
	return e.call(e.curvatures, x, s, v)
}

// checkDirections says what is wrong with directions v [k, 1 or n, shape...] at points x.
func (f *Flow) checkDirections(x, v *tensors.Tensor) error {
	if err := v.CheckValid(); err != nil {
		return fmt.Errorf("flow: the directions: %w", err)
	}
	n, shape := x.Shape().Dim(0), v.Shape()
	if shape.DType != x.DType() || shape.Rank() < 2 || shape.Dim(0) == 0 || shape.Dim(1) != 1 && shape.Dim(1) != n ||
		!slices.Equal(shape.Dimensions[2:], f.Shape) {
		return fmt.Errorf("flow: the directions are %s; want %s of shape [k, 1 or %d, ...] with examples of shape %v, as the "+
			"points are %s", shape, x.DType(), n, f.Shape, x.Shape())
	}
	return nil
}

// missing is the path of a weight that the store lacks.
type missing string

func (path missing) Error() string {
	return fmt.Sprintf("flow: the store holds no weight %s, which the potential needs; train or load the model first",
		string(path))
}

// call runs one of an engine's executables at points x. GoMLX 0.28.8 shares the weights' store among all graphs without a lock, so
// that the first call for each shape, which builds one, runs alone.
func (e *engine) call(exec *model.Exec, x *tensors.Tensor, s float64, more ...*tensors.Tensor) (first, second *tensors.Tensor, err error) {
	name, in := fmt.Sprintf("%p %s", exec, x.Shape()), []any{x, s}
	for _, t := range more {
		name, in = name+" "+t.Shape().String(), append(in, t)
	}
	out, err := e.alone(name, func() ([]*tensors.Tensor, error) { return exec.Call(in...) })
	var lacks missing
	if errors.As(err, &lacks) { // without the names of graphs round it
		return nil, nil, lacks
	}
	if err != nil {
		return nil, nil, fmt.Errorf("flow: evaluating the potential at x %s: %w", x.Shape(), plain.Error(err))
	}
	return out[0], out[1], nil
}

// alone runs a graph; the first time, when it is built, nothing else.
func (e *engine) alone(name string, run func() ([]*tensors.Tensor, error)) ([]*tensors.Tensor, error) {
	e.mu.RLock()
	if e.built[name] {
		defer e.mu.RUnlock()
		return run()
	}
	e.mu.RUnlock()
	e.mu.Lock()
	defer e.mu.Unlock()
	out, err := run()
	e.built[name] = err == nil
	return out, err
}

// Field is the flow dx/ds = ∇Φ(x, s), for a solver: one call is one evaluation (NFE).
func (f *Flow) Field() solver.Field {
	return func(s float64, y solver.State) (solver.State, error) {
		phi, grad, err := f.Evaluate(y[0], s)
		if err != nil {
			return nil, err
		}
		return solver.State{grad}, phi.FinalizeAll()
	}
}

// Compile makes an executable of a graph that evaluates the flow: at gives Φ and ∇Φ for x [n, shape...] of the given dtype at s,
// [n] or a scalar, as often as it is called; in are the executable's inputs. The caller finalises it.
func (f *Flow) Compile(dtype dtypes.DType, build func(at potential.Function, in []*Node) []*Node) (*model.Exec, error) {
	if err := f.Validate(); err != nil {
		return nil, err
	}
	weights, err := variables.As(dtype, f.Store)
	if err != nil {
		return nil, fmt.Errorf("flow: %w", err)
	}
	return f.compile(weights, build)
}

// compile is Compile with weights of the dtype. The graph panics where the potential asks for a weight that the store does not
// hold: a fresh random one would be taken silently for a trained one.
func (f *Flow) compile(weights *model.Store, build func(at potential.Function, in []*Node) []*Node) (*model.Exec, error) {
	known := map[string]bool{}
	for v := range weights.IterVariables() {
		known[v.Path()] = true
	}
	exec, err := model.NewExec(f.Backend, weights, func(scope *model.Scope, in []*Node) []*Node {
		return build(func(x, s *Node) (phi, grad *Node) {
			if s = graph.ConvertDType(s, x.DType()); s.IsScalar() {
				s = graph.BroadcastToDims(s, x.Shape().Dim(0))
			}
			phi, grad = potential.Evaluator(scope, f.Potential)(x, s)
			for v := range weights.IterVariables() {
				if v.Trainable && !known[v.Path()] {
					panic(missing(v.Path()))
				}
			}
			return phi, grad
		}, in)
	})
	if err != nil {
		return nil, fmt.Errorf("flow: building the potential: %w", plain.Error(err))
	}
	exec.SetMaxCache(-1) // any number of batch shapes
	return exec, nil
}

// engine gives the executables for x, checked, and s.
func (f *Flow) engine(x *tensors.Tensor, s float64) (*engine, error) {
	if err := f.Check(x); err != nil {
		return nil, err
	}
	if !(s >= 0 && s <= 1) {
		return nil, fmt.Errorf("flow: s = %g is outside [0, 1]", s)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if e := f.engines[x.DType()]; e != nil && e.source == f.Store && e.backend == f.Backend {
		return e, nil
	}
	weights, err := variables.As(x.DType(), f.Store)
	if err != nil {
		return nil, fmt.Errorf("flow: %w", err)
	}
	e := &engine{source: f.Store, backend: f.Backend, built: map[string]bool{}}
	if e.evaluate, err = f.compile(weights, func(at potential.Function, in []*Node) []*Node {
		phi, grad := at(in[0], in[1])
		return []*Node{phi, grad}
	}); err != nil {
		return nil, err
	}
	if e.curvatures, err = f.compile(weights, func(at potential.Function, in []*Node) []*Node {
		_, grad := at(in[0], in[1])
		return []*Node{grad, curvatures(in[0], grad, in[2])}
	}); err != nil {
		return nil, err
	}
	if f.engines == nil {
		f.engines = map[dtypes.DType]*engine{}
	}
	f.engines[x.DType()] = e
	return e, nil
}

// curvatures are vᵀ(∇²Φ)v, [n, k], for directions v [k, 1 or n, ...], where grad is ∇Φ at x [n, ...]. ∇Φ is shared; each
// direction adds one backward pass, (∇²Φ)v = ∇(∇Φ·v).
func curvatures(x, grad, v *Node) *Node {
	n := x.Shape().Dim(0)
	products := make([]*Node, v.Shape().Dim(0))
	for i := range products {
		direction := graph.Squeeze(graph.Slice(v, graph.AxisElem(i)), 0)
		along := graph.Gradient(graph.ReduceAllSum(graph.Mul(grad, direction)), x)[0]
		products[i] = graph.ReduceSum(graph.Reshape(graph.Mul(along, direction), n, -1), 1)
	}
	return graph.Stack(products, 1)
}
