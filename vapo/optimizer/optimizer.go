package optimizer

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	gomlx "github.com/gomlx/gomlx/ml/train/optimizer"
)

// Optimizer builds the update of the trainable variables vars, of which grads are the gradients in the same order, at the
// learning rate [scalar]. It is called once for a graph and also counts the step that [Step] reads. It builds graph and panics on
// misuse.
type Optimizer interface {
	Update(scope *model.Scope, vars []*model.Variable, grads []*graph.Node, rate *graph.Node)
}

// Step is the number of updates that a store has seen.
func Step(store *model.Store) int { return int(gomlx.GetGlobalStep(store)) }

// Adam is GoMLX's Adam with β = (0.9, 0.999).
type Adam struct {
	Epsilon float64 `json:"epsilon"` // added to the root of the second moment; 0 means GoMLX's 1e-7
}

var _ Optimizer = Adam{}

// Validate says which number cannot be used.
func (a Adam) Validate() error {
	if !(a.Epsilon >= 0) {
		return fmt.Errorf("epsilon must be positive, or 0 for 1e-7, got %g", a.Epsilon)
	}
	return nil
}

// Update implements [Optimizer].
func (a Adam) Update(scope *model.Scope, vars []*model.Variable, grads []*graph.Node, rate *graph.Node) {
	// GoMLX's Adam updates whatever is trainable: hide the variables that are not for it.
	mine := map[*model.Variable]bool{}
	for _, v := range vars {
		mine[v] = true
	}
	var hidden []*model.Variable
	for v := range scope.IterVariables() {
		if v.Trainable && !mine[v] {
			hidden = append(hidden, v.SetTrainable(false))
		}
	}
	gomlx.LearningRateVar(scope, dtypes.Float32, 0).SetNodeValue(rate)
	config := gomlx.Adam()
	if a.Epsilon > 0 {
		config = config.Epsilon(a.Epsilon)
	}
	config.Done().(interface {
		UpdateGraphWithGradients(*model.Scope, []*graph.Node, dtypes.DType)
	}).UpdateGraphWithGradients(scope, grads, dtypes.Float32)
	for _, v := range hidden {
		v.SetTrainable(true)
	}
}
