package vapo

import (
	"fmt"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// Model is a potential on a homotopy with its weights. Fill in the first four fields, then
// [Train] it, or [Load] one that was saved.
type Model struct {
	Backend   compute.Backend
	Homotopy  homotopy.Homotopy
	Potential potential.Potential
	Shape     []int        // of one example: [d] or [height, width, channels]
	Store     *model.Store // the weights; nil before training

	Config Config // where the model came from one, else zero
	Dir    string // folder of its weights, where it has one
	Loaded bool   // true where TrainOrLoad found it trained

	saved saved
	mu    sync.Mutex
	eval  *model.Exec
}

// Evaluate gives Φ [n] and ∇Φ, of x's shape [n, ...], at one s in [0, 1] for all of x. It
// compiles once per shape of x. The caller owns the results.
func (m *Model) Evaluate(x *tensors.Tensor, s float64) (phi, grad *tensors.Tensor, err error) {
	if !(s >= 0 && s <= 1) {
		return nil, nil, fmt.Errorf("vapo: s = %g is outside [0, 1]", s)
	}
	exec, err := m.evaluator()
	if err != nil {
		return nil, nil, err
	}
	out, err := exec.Call(x, float32(s))
	if err != nil {
		return nil, nil, fmt.Errorf("vapo: evaluating the potential at x of shape %s: %w", x.Shape(), err)
	}
	return out[0], out[1], nil
}

func (m *Model) evaluator() (*model.Exec, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.eval != nil && m.eval.Store() == m.Store {
		return m.eval, nil
	}
	if m.Store == nil {
		return nil, fmt.Errorf("vapo: the model has no weights yet; train or load it")
	}
	var err error
	m.eval, err = model.NewExec(m.Backend, m.Store, func(scope *model.Scope, x, s *graph.Node) (phi, grad *graph.Node) {
		s = graph.ConvertDType(graph.BroadcastToDims(s, x.Shape().Dim(0)), x.DType())
		return potential.Evaluator(scope, m.Potential)(x, s)
	})
	if err != nil {
		return nil, fmt.Errorf("vapo: building the potential: %w", err)
	}
	m.eval.SetMaxCache(-1) // any number of batch shapes
	return m.eval, nil
}

// size is the dimension d of one example.
func (m *Model) size() int {
	size := 1
	for _, n := range m.Shape {
		size *= n
	}
	return size
}

// evaluatePath gives the homotopy's coefficients at s on the host.
func (m *Model) evaluatePath(s float64) (homotopy.Values, error) {
	values, err := homotopy.Evaluate(backend.Host(), m.Homotopy, []float64{s})
	if err != nil {
		return homotopy.Values{}, err
	}
	return values[0], nil
}
