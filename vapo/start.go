package vapo

import (
	"fmt"
	"os"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/internal/plain"
	"vapoflow/vapo/internal/variables"
	"vapoflow/vapo/potential"
)

// LoadWeights reads the weights of a file: weights.npz of a model, or checkpoint.npz of a training, of which it takes the moving
// average, the weights as they sample.
func LoadWeights(path string) (*model.Store, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("vapo: weights: %w", err)
	}
	store, _, err := loadStore(path)
	if err != nil {
		return nil, err
	}
	return average(store)
}

// StartFrom gives the weights at which a training of m begins where it begins at another model's, for [Run].Init: those that have
// a name and a shape of m's network. What was fitted to the other's data, its Gaussian base, is not taken, and the weights that
// are not there are drawn as ever. It tells how many of m's weights were taken; none is an error.
func (m *Model) StartFrom(from *model.Store) (start *model.Store, taken, of int, err error) {
	mine, _, err := m.untrained()
	if err != nil {
		return nil, 0, 0, err
	}
	for _, shape := range mine {
		of += shape.Size()
	}
	start, err = copyStore(from, func(v *model.Variable) bool {
		shape, ok := mine[v.Path()]
		ok = ok && shape.Equal(v.Shape())
		if ok {
			taken += shape.Size()
		}
		return ok
	})
	if err == nil && taken == 0 {
		err = fmt.Errorf("vapo: none of the weights to begin at has a name and shape of this %T's; give those of a network "+
			"with the same potential and width", m.Potential)
	}
	return start, taken, of, err
}

// drawWeights draws the weights that the step's store has no value of yet on the host, and not on the training's backend: the
// same seed begins at the same weights on every backend and number of devices. A training that is resumed has all values: one
// that is missing is not drawn but an error.
func drawWeights(step parallel, shape []int, batch int, resumed bool) error {
	points := float32Shape(append([]int{batch}, shape...)...)
	if err := step.compile(points, points, float32Shape(batch), float32Shape(2)); err != nil { // lists the variables
		return fmt.Errorf("vapo: building the training step: %w", plain.Error(err))
	}
	var drawn []*model.Variable
	for v := range step.Store().IterVariables() {
		switch {
		case v.HasValue():
		case resumed:
			return fmt.Errorf("vapo: the checkpoint is %w: it lacks variable %s; delete it to train from the start",
				ErrDamaged, v.Path())
		default:
			drawn = append(drawn, v)
		}
	}
	err := step.Store().InitializeVariables(backend.Host(), nil)
	for _, v := range drawn {
		var value *tensors.Tensor
		if err == nil {
			value, err = v.Value()
		}
		if err == nil {
			err = value.ToLocal()
		}
	}
	if err != nil {
		return fmt.Errorf("vapo: drawing the first weights: %w", err)
	}
	return nil
}

// copyStore copies the variables that keep wants, all where it is nil, with what is trainable of them.
func copyStore(from *model.Store, keep func(*model.Variable) bool) (*model.Store, error) {
	out, err := variables.Copy(from, func(v *model.Variable) (*tensors.Tensor, error) {
		if keep != nil && !keep(v) {
			return nil, nil
		}
		return variables.Clone(v)
	})
	if err != nil {
		return nil, fmt.Errorf("vapo: %w", err)
	}
	return out, nil
}

// complete says what a store lacks of m's weights, or has beside them: a weight that is missing would be drawn at random.
func (m *Model) complete(store *model.Store) error {
	exec, err := model.NewExec(backend.Host(), store, func(scope *model.Scope, x, s *graph.Node) *graph.Node {
		return m.Potential.Value(scope.At(potential.Scope), x, s)
	})
	if err != nil {
		return fmt.Errorf("vapo: building the potential: %w", plain.Error(err))
	}
	defer exec.Finalize()
	g, err := exec.Compile(float32Shape(append([]int{1}, m.Shape...)...), float32Shape(1))
	if err != nil {
		return fmt.Errorf("vapo: the weights are %w: they are not those of the configuration: %w", ErrDamaged, plain.Error(err))
	}
	for v := range store.IterVariables() {
		switch {
		case !v.HasValue():
			return fmt.Errorf("vapo: the weights are %w: %s is missing", ErrDamaged, v.Path())
		case !v.InUseByGraph(g):
			return fmt.Errorf("vapo: the weights are %w: %s is no weight of the configuration's %T",
				ErrDamaged, v.Path(), m.Potential)
		}
	}
	return nil
}
