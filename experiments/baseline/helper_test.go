package baseline_test

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// bowl is Φ = −½ a‖x‖² with a weight a, which starts at its value: exp(Φ)/Z is N(0, I/a).
type bowl float64

func (a bowl) Value(scope *model.Scope, x, _ *graph.Node) *graph.Node {
	weight := scope.VariableWithValue("a", float32(a)).NodeValue(x.Graph())
	return graph.MulScalar(graph.Mul(graph.ReduceSum(graph.Square(x), 1), weight), -0.5)
}

func straight(t *testing.T) homotopy.Homotopy {
	t.Helper()
	path := homotopy.Straight{Omega: 1}
	return path
}

// untrained is a model of p in the plane with its first weights.
func untrained(t *testing.T, p potential.Potential) *vapo.Model {
	t.Helper()
	store := model.NewStore()
	store.SetParam(model.ParamInitialSeed, int64(3))
	_, err := model.CallOnce(backend.Host(), store, func(scope *model.Scope, x, s *graph.Node) *graph.Node {
		_, u := potential.Evaluator(scope, p)(x, s)
		return u
	}, [][]float32{{0, 0}}, []float32{0})
	if err != nil {
		t.Fatal(err)
	}
	return &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Homotopy: straight(t), Potential: p, Shape: []int{2}, Store: store}}
}

func near(t *testing.T, got, want, tolerance float64, format string, args ...any) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf(format+": got %g, want %g ± %g", append(args, got, want, tolerance)...)
	}
}
