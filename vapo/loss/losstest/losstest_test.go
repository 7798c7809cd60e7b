package losstest_test

import (
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/loss/losstest"
	"vapoflow/vapo/potential"
)

// Every loss that can be named.
func TestNamed(t *testing.T) {
	for _, name := range loss.List.Names() {
		l, err := loss.List.Find(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { losstest.Run(t, l) })
	}
}

// byFunction is a loss that is one function.
type byFunction func(p homotopy.Point, at potential.Function) *loss.Node

func (f byFunction) Value(p homotopy.Point, at potential.Function) *loss.Node { return f(p, at) }

// Each mistake is found, by the check that is for it, in five lines at most.
func TestMistakes(t *testing.T) {
	alignment := func(p homotopy.Point, at potential.Function, change func(*loss.Node) *loss.Node) *loss.Node {
		return loss.Alignment{}.Value(p, func(x, s *loss.Node) (phi, grad *loss.Node) {
			phi, grad = at(x, s)
			return phi, change(grad)
		})
	}
	for name, c := range map[string]struct {
		want string
		loss byFunction
	}{
		"stopped gradient": {"gradient: the gradient in the weight of", func(p homotopy.Point, at potential.Function) *loss.Node {
			return alignment(p, at, graph.StopGradient)
		}},
		"Φ stopped in the covariance": {"gradient: the gradient in the weight of", func(p homotopy.Point, at potential.Function) *loss.Node {
			return loss.VarianceReduced{}.Value(p, func(x, s *loss.Node) (phi, grad *loss.Node) {
				phi, grad = at(x, s)
				return graph.StopGradient(phi), grad
			})
		}},
		"a stopped term beside a right loss": {"mean: the loss of Φ less that of Φ = 0", func(p homotopy.Point, at potential.Function) *loss.Node {
			phi, _ := at(p.X, p.S)
			return graph.Add(loss.Alignment{}.Value(p, at), graph.StopGradient(phi))
		}},
		"sign": {"gradient: the gradient in the weight of", func(p homotopy.Point, at potential.Function) *loss.Node {
			return alignment(p, at, graph.Neg)
		}},
		"one number for the batch": {"shape: the loss of points [5, 6] in float64 has shape", func(p homotopy.Point, at potential.Function) *loss.Node {
			return graph.ReduceAllMean(loss.Alignment{}.Value(p, at))
		}},
		"sum over the batch": {"gradient: the gradient in the weight of", func(p homotopy.Point, at potential.Function) *loss.Node {
			value := loss.Alignment{}.Value(p, at)
			return graph.BroadcastToDims(graph.ReduceAllSum(value), value.Shape().Dim(0))
		}},
		"examples coupled": {"gradient: the gradient in the weight of", func(p homotopy.Point, at potential.Function) *loss.Node {
			p.Data = graph.Reverse(p.Data, 0) // the target of another example
			return loss.Alignment{}.Value(p, at)
		}},
		"last axis for the example": {"as a point [6] and", func(p homotopy.Point, at potential.Function) *loss.Node {
			_, grad := at(p.X, p.S)
			sum := graph.ReduceSum(graph.Square(graph.Sub(grad, p.Velocity())), -1)
			return graph.ReduceMean(graph.Reshape(sum, sum.Shape().Dim(0), -1), 1)
		}},
		"float64 for all": {"float32: the loss of float32 examples is Float64", func(p homotopy.Point, at potential.Function) *loss.Node {
			return graph.ConvertDType(loss.Alignment{}.Value(p, at), graph.Const(p.X.Graph(), 1.0).DType())
		}},
	} {
		err := losstest.Check(c.loss)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Count(err.Error(), "\n") > 3 {
			t.Errorf("%s: want a few lines that say %q, got\n%v", name, c.want, err)
		} else {
			t.Logf("%s:\n%v", name, err)
		}
	}
}
