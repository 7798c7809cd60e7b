package potentialtest_test

import (
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/layers/activation"
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
		"ReLU of features": {"smooth: ∇ₓΦ jumps", kinked{}},
		"a kink of the input": {"smooth: ∇ₓΦ jumps", changed{in: func(x *potential.Node) *potential.Node {
			return graph.MaxScalar(x, -1)
		}}},
		"a float32 constant": {"usual cause: a constant or a weight that is not of x's dtype", changed{out: func(phi *potential.Node) *potential.Node {
			return graph.Mul(phi, graph.Const(phi.Graph(), float32(0.5)))
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

// kinked has features ReLU(Wx + b), linear in x between kinks: its gradient is right wherever it is, and what trains it is zero
// there.
type kinked struct{}

func (kinked) Value(scope *model.Scope, x, _ *potential.Node) *potential.Node {
	hidden := activation.Relu(layers.DenseWithBias(scope.In("hidden"), x, 32))
	return graph.Reshape(layers.DenseWithBias(scope.In("readout"), hidden, 1), x.Shape().Dim(0))
}

type bowl struct{}

func (bowl) Value(_ *model.Scope, x, s *potential.Node) *potential.Node {
	return graph.Mul(s, graph.ReduceSum(graph.Square(x), 1))
}
