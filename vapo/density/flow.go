package density

import (
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// Node is a value of the computation graph.
type Node = graph.Node

// Flow is a potential on a path with its weights. Fill in all fields; it compiles on first use, once for each shape of
// input, and may be used concurrently. The weights are copied then: changing a weight in place later has no effect, another Store has.
type Flow struct {
	Backend   compute.Backend
	Homotopy  homotopy.Homotopy
	Potential potential.Potential
	Store     *model.Store // nil where the potential has no weights
	Shape     []int        // of one example: [d] or [height, width, channels]

	mu      sync.Mutex
	engines map[dtypes.DType]*engine
}

// engine holds the executables for one dtype of points.
type engine struct {
	source     *model.Store // what the weights were copied from
	evaluate   *model.Exec  // x [n, ...], s → Φ [n], ∇Φ [n, ...]
	curvatures *model.Exec  // x [n, ...], s, v [k, 1 or n, ...] → ∇Φ [n, ...], vᵀ(∇²Φ)v [n, k]
}

// Dim is the dimension d of one example.
func (f *Flow) Dim() int {
	d := 1
	for _, n := range f.Shape {
		d *= n
	}
	return d
}

func (f *Flow) engine(dtype dtypes.DType) (*engine, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if e := f.engines[dtype]; e != nil && e.source == f.Store {
		return e, nil
	}
	store, err := widen(f.Store, dtype)
	if err != nil {
		return nil, err
	}
	e := &engine{source: f.Store}
	at := f.evaluator(store)
	e.evaluate, err = model.NewExec(f.Backend, store, func(scope *model.Scope, x, s *Node) (phi, grad *Node) {
		return at(scope, x, s)
	})
	if err != nil {
		return nil, fmt.Errorf("density: building the potential: %w", err)
	}
	e.curvatures, err = model.NewExec(f.Backend, store, func(scope *model.Scope, x, s, v *Node) (grad, q *Node) {
		_, grad = at(scope, x, s)
		return grad, curvatures(x, grad, v)
	})
	if err != nil {
		return nil, fmt.Errorf("density: building the Laplacian of the potential: %w", err)
	}
	e.evaluate.SetMaxCache(-1)
	e.curvatures.SetMaxCache(-1)
	if f.engines == nil {
		f.engines = map[dtypes.DType]*engine{}
	}
	f.engines[dtype] = e
	return e, nil
}

// evaluator gives Φ and ∇Φ at one clock s (a scalar) for all of x. It panics where the potential asks for a weight that
// the store does not hold: a fresh random one would be taken silently for a trained one.
func (f *Flow) evaluator(store *model.Store) func(scope *model.Scope, x, s *Node) (phi, grad *Node) {
	known := map[string]bool{}
	for v := range store.IterVariables() {
		known[v.Path()] = true
	}
	return func(scope *model.Scope, x, s *Node) (phi, grad *Node) {
		s = graph.BroadcastToDims(graph.ConvertDType(s, x.DType()), x.Shape().Dim(0))
		phi, grad = potential.Evaluator(scope, f.Potential)(x, s)
		for v := range store.IterVariables() {
			if v.Trainable && !known[v.Path()] {
				panicf("density: the store holds no weight %s, which the potential needs; train or load the model first", v.Path())
			}
		}
		return phi, grad
	}
}

// potentialAt gives Φ [n] and ∇Φ, flat, at one s.
func (f *Flow) potentialAt(x *tensors.Tensor, s float64) (phi, grad []float64, err error) {
	e, err := f.engine(x.DType())
	if err != nil {
		return nil, nil, err
	}
	out, err := e.evaluate.Call(x, s)
	if err != nil {
		return nil, nil, fmt.Errorf("density: evaluating the potential at x of shape %s: %w", x.Shape(), err)
	}
	phi, grad = flatten(out[0]), flatten(out[1])
	finalize(out)
	return phi, grad, nil
}

// path gives the homotopy's coefficients at s; it is an error where s is outside [0, 1].
func (f *Flow) path(s float64) (homotopy.Values, error) {
	values, err := homotopy.Evaluate(backend.Host(), f.Homotopy, []float64{s})
	if err != nil {
		return homotopy.Values{}, fmt.Errorf("density: %w", err)
	}
	return values[0], nil
}
