package solvertest

import (
	"math"

	"vapoflow/vapo/solver"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// starts are the values of x at s = 0.
var starts = []float64{-0.8, -0.3, 0.2, 0.6}

// Problem is a nonlinear, non-autonomous flow with the divergence along its path, as a log-density needs it:
//
//	dx/ds = x² cos s,   dl/ds = 2 x cos s,
//
// on x [batch, 1] and l [batch], with x(0) fixed and l(0) = 0. It is solved by x = x(0)/(1 − x(0) sin s) and
// l = −2 log(1 − x(0) sin s).
type Problem struct {
	dtype dtypes.DType
	exec  *graph.Exec
}

// NewProblem returns the problem in float32 or float64, on Backend.
func NewProblem(dtype dtypes.DType) *Problem {
	return &Problem{dtype, graph.MustNewExec(Backend(), func(s, x, l *graph.Node) (*graph.Node, *graph.Node) {
		c := graph.ConvertDType(graph.Cos(s), x.DType())
		return graph.Mul(c, graph.Square(x)), graph.MulScalar(graph.Mul(c, graph.Reshape(x, l.Shape().Dimensions...)), 2)
	})}
}

// Field is the right-hand side.
func (p *Problem) Field(s float64, y solver.State) (solver.State, error) {
	return p.exec.Call(s, y[0], y[1])
}

// Exact returns the solution at s, x and l.
func (p *Problem) Exact(s float64) (x, l []float64) {
	for _, a := range starts {
		x = append(x, a/(1-a*math.Sin(s)))
		l = append(l, -2*math.Log(1-a*math.Sin(s)))
	}
	return x, l
}

// State returns the solution at s as tensors.
func (p *Problem) State(s float64) solver.State {
	x, l := p.Exact(s)
	n := len(starts)
	if p.dtype == dtypes.Float64 {
		return solver.State{tensors.FromFlatDataAndDimensions(x, n, 1), tensors.FromFlatDataAndDimensions(l, n)}
	}
	return solver.State{tensors.FromFlatDataAndDimensions(float32s(x), n, 1), tensors.FromFlatDataAndDimensions(float32s(l), n)}
}

// Error returns the largest difference between y and the solution at s. It leaves y where it is.
func (p *Problem) Error(y solver.State, s float64) float64 {
	x, l := p.Exact(s)
	var worst float64
	for i, want := range [][]float64{x, l} {
		got := values(y[i])
		for j := range want {
			if d := math.Abs(got[j] - want[j]); !(d <= worst) {
				worst = d
			}
		}
	}
	return worst
}

// values copies a float32 or float64 tensor to the host.
func values(t *tensors.Tensor) []float64 {
	if t.DType() == dtypes.Float64 {
		return tensors.MustCopyFlatData[float64](t)
	}
	var out []float64
	for _, v := range tensors.MustCopyFlatData[float32](t) {
		out = append(out, float64(v))
	}
	return out
}

func float32s(x []float64) []float32 {
	out := make([]float32, len(x))
	for i, v := range x {
		out[i] = float32(v)
	}
	return out
}
