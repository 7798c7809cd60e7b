package potential_test

import (
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/potential"
)

// column is a potential of shape [batch, 1], a slip that would broadcast in a loss.
type column struct{}

func (column) Value(_ *model.Scope, x, _ *graph.Node) *graph.Node {
	return graph.ReduceAndKeep(graph.Square(x), graph.ReduceSum, -1)
}

func TestOneNumberForEachExample(t *testing.T) {
	exec, err := model.NewExec(backend.Host(), model.NewStore(), func(scope *model.Scope, x, s *graph.Node) *graph.Node {
		phi, _ := potential.Evaluator(scope, column{})(x, s)
		return phi
	})
	if err == nil {
		_, err = exec.Call([][]float64{{1, 2}, {3, 4}, {5, 6}}, []float64{0.5, 0.5, 0.5})
	}
	if err == nil || !strings.Contains(err.Error(), "Φ of shape [3 1] for x of shape [3 2], want [3]") {
		t.Errorf("%v", err)
	}
}
