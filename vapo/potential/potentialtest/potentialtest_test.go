package potentialtest_test

import (
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/potential"
	"vapoflow/vapo/potential/potentialtest"
)

// changed is the MLP with a mistake in what goes in or comes out.
type changed struct {
	in, out func(*potential.Node) *potential.Node
}

func (c changed) Value(scope *model.Scope, x, s *potential.Node) *potential.Node {
	if c.in != nil {
		x = c.in(x)
	}
	phi := potential.MLP{Width: 8, Depth: 2}.Value(scope, x, s)
	if c.out != nil {
		phi = c.out(phi)
	}
	return phi
}

// Each mistake is found, by the check that is for it, in five lines at most.
func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		want string
		p    potential.Potential
	}{
		"stopped gradient": {"gradient: ∇ₓΦ of example", changed{out: func(phi *potential.Node) *potential.Node {
			return graph.Add(phi, graph.StopGradient(graph.Sin(phi)))
		}}},
		"centred over the batch": {"examples: the value Φ of example", changed{in: func(x *potential.Node) *potential.Node {
			return graph.Sub(x, graph.ReduceAndKeep(x, graph.ReduceMean, 0))
		}}},
		"centred over the batch and stopped": {"examples: the value Φ of example", changed{in: func(x *potential.Node) *potential.Node {
			return graph.Sub(x, graph.StopGradient(graph.ReduceAndKeep(x, graph.ReduceMean, 0)))
		}}},
		"sum of the batch": {"shape: the value Φ of 1 examples [3] in float64 has shape (Float64), want", changed{out: graph.ReduceAllSum}},
		"a column": {"shape: the value Φ of 1 examples [3] in float64 has shape (Float64)[1, 1], want", changed{out: func(phi *potential.Node) *potential.Node {
			return graph.InsertAxes(phi, -1)
		}}},
		"cancellation": {"float32 on", changed{out: func(phi *potential.Node) *potential.Node {
			return graph.AddScalar(graph.AddScalar(phi, 1e4), -1e4)
		}}},
		"no weights": {"no trainable weights", bowl{}},
		"panic":      {"does not build", changed{in: func(x *potential.Node) *potential.Node { return graph.Reshape(x, 7) }}},
	} {
		err := potentialtest.Check(c.p, []int{3})
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "\n") > 3 {
			t.Errorf("%s: want a few lines that say %q, got\n%v", name, c.want, err)
		} else {
			t.Logf("%s:\n%v", name, err)
		}
	}
}

type bowl struct{}

func (bowl) Value(_ *model.Scope, x, s *potential.Node) *potential.Node {
	return graph.Mul(s, graph.ReduceSum(graph.Square(x), 1))
}
