package solver

import (
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// kernel holds the two executables of all solvers on one backend. Coefficients, step size and tolerances are inputs, so
// a shape of state is compiled once for each number of stages, never for a new s or h.
type kernel struct {
	combine *graph.Exec // y + Σ w_j k_j
	norm    *graph.Exec // RMS of (Σ w_j k_j) / (atol + rtol max(|y|, |y'|))
}

// kernels caches one *kernel for each compute.Backend: compilation costs 0.1 to 1 s on XLA, and drivers are plain values.
var kernels sync.Map

// kernelFor returns the executables of the backend and forgets those of backends that are gone.
func kernelFor(backend compute.Backend) (*kernel, error) {
	if k, ok := kernels.Load(backend); ok {
		return k.(*kernel), nil
	}
	kernels.Range(func(b, _ any) bool {
		if b.(compute.Backend).IsFinalized() {
			kernels.Delete(b)
		}
		return true
	})
	combine, err := graph.NewExec(backend, combineGraph)
	if err != nil {
		return nil, err
	}
	norm, err := graph.NewExec(backend, normGraph)
	if err != nil {
		return nil, err
	}
	combine.SetMaxCache(-1).WithName("solver.combine")
	norm.SetMaxCache(-1).WithName("solver.norm")
	k, _ := kernels.LoadOrStore(backend, &kernel{combine, norm})
	return k.(*kernel), nil
}

// step returns y + h Σ w_j k_j as new tensors. Missing slopes, up to slots, are filled with the first one at weight 0, so that
// all stages share one executable.
func (k *kernel) step(y State, slopes []State, h float64, w []float64, slots int) (State, error) {
	weights := make([]float64, slots)
	for j, v := range w {
		weights[j] = h * v
	}
	args := appendSlopes(appendState(nil, y), slopes, slots)
	return k.combine.Call(append(args, weights)...)
}

// rms returns the root mean square, over all elements of all tensors, of Σ w_j k_j / (atol + rtol max(|y|, |y'|)).
func (k *kernel) rms(y, y1 State, slopes []State, w []float64, slots int, rtol, atol float64) (float64, error) {
	weights := make([]float64, slots)
	copy(weights, w)
	args := appendSlopes(appendState(appendState(nil, y), y1), slopes, slots)
	out, err := k.norm.Call(append(args, weights, []float64{rtol, atol})...)
	if err != nil {
		return 0, err
	}
	defer State(out).Finalize()
	return tensors.ToScalar[float64](out[0]), nil
}

func appendState(args []any, y State) []any {
	for _, t := range y {
		args = append(args, t)
	}
	return args
}

func appendSlopes(args []any, slopes []State, slots int) []any {
	for j := range slots {
		if j < len(slopes) {
			args = appendState(args, slopes[j])
		} else {
			args = appendState(args, slopes[0])
		}
	}
	return args
}

// combineGraph takes y (n tensors), m slopes (n tensors each) and the weights [m], and returns y + Σ_j w_j k_j.
func combineGraph(args []*graph.Node) []*graph.Node {
	w := args[len(args)-1]
	n := (len(args) - 1) / (w.Shape().Dim(0) + 1)
	out := make([]*graph.Node, n)
	for i, y := range args[:n] {
		out[i] = graph.Add(y, weightedSum(w, args[n+i:len(args)-1], n))
	}
	return out
}

// normGraph takes y and y' (n tensors each), m slopes, the weights [m] and [rtol, atol], and returns the float64 scalar of rms.
func normGraph(args []*graph.Node) *graph.Node {
	last := len(args) - 2
	w, tol := args[last], args[last+1]
	n := last / (w.Shape().Dim(0) + 2)
	var sum *graph.Node
	size := 0
	for i, y := range args[:n] {
		rtol, atol := scalar(tol, 0, y.DType()), scalar(tol, 1, y.DType())
		scale := graph.Add(atol, graph.Mul(rtol, graph.Max(graph.Abs(y), graph.Abs(args[n+i]))))
		ratio := graph.Div(weightedSum(w, args[2*n+i:last], n), scale)
		squares := graph.ReduceAllSum(graph.Square(graph.ConvertDType(ratio, dtypes.Float64)))
		if sum == nil {
			sum = squares
		} else {
			sum = graph.Add(sum, squares)
		}
		size += y.Shape().Size()
	}
	return graph.Sqrt(graph.DivScalar(sum, float64(size)))
}

// weightedSum returns Σ_j w_j k_j in the dtype of the slopes, which lie every stride-th in k.
func weightedSum(w *graph.Node, k []*graph.Node, stride int) *graph.Node {
	var sum *graph.Node
	for j := range w.Shape().Dim(0) {
		slope := k[j*stride]
		term := graph.Mul(scalar(w, j, slope.DType()), slope)
		if sum == nil {
			sum = term
		} else {
			sum = graph.Add(sum, term)
		}
	}
	return sum
}

// scalar returns entry i of the float64 vector v in the given dtype.
func scalar(v *graph.Node, i int, dtype dtypes.DType) *graph.Node {
	return graph.ConvertDType(graph.Reshape(graph.Slice(v, graph.AxisElem(i))), dtype)
}
