package posterior

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/support/exceptions"
	"gonum.org/v1/gonum/mat"

	"vapoflow/internal/numbers"
)

// Node is a value of the computation graph.
type Node = graph.Node

// Likelihood is what a measurement says of the data x̄: log p(y | x̄) up to a constant, with its gradient by differentiation.
type Likelihood interface {
	// Data are the arrays that Log reads, such as y: each [1, ...] for all chains, or [chains, ...].
	Data() []*tensors.Tensor
	// Log is log p(y | x) up to a constant, [n], for x [n, shape...]; data as Data gives it, of x's dtype. Where x is known up to
	// an error of variance spread (a scalar) along every coordinate, it may widen by it; at spread 0 it is the likelihood itself.
	// It builds graph and panics on misuse.
	Log(x *Node, data []*Node, spread *Node) *Node
	// Curvature is −∂²log p/∂x_j² [d] as far as it is known, for the scale of the steps; nil where it is not.
	Curvature(spread float64) []float64
}

// Linear is the measurement y = A x̄ + noise·ε, ε ~ N(0, I). [Mask] and [Matrix] make the usual ones; any linear operator as a
// graph is one. Where x has an error of variance q, the measurement's variance is noise² + q·Gain, which is exact for masks.
type Linear struct {
	Apply    func(x *Node) *Node // A: [n, shape...] → [n, m...]
	Y        *tensors.Tensor     // y, [1, m...] or [chains, m...]; float32 or float64
	Noise    float64             // standard deviation of each number, > 0
	Gain     float64             // mean of the diagonal of AAᵀ; 0 means 1
	Diagonal []float64           // of AᵀA, [d]; nil where unknown
}

var _ Likelihood = Linear{}

// Data implements [Likelihood].
func (l Linear) Data() []*tensors.Tensor { return []*tensors.Tensor{l.Y} }

// Log implements [Likelihood]: −‖y − A x‖²/(2(noise² + spread·Gain)).
func (l Linear) Log(x *Node, data []*Node, spread *Node) *Node {
	ax := l.Apply(x)
	n := x.Shape().Dim(0)
	y := data[0]
	if y.Rank() != ax.Rank() || y.Shape().Size()/y.Shape().Dim(0) != ax.Shape().Size()/n {
		exceptions.Panicf("posterior: A makes %s of x, and y is %s: they must agree but for the first dimension",
			ax.Shape(), y.Shape())
	}
	residual := graph.Reshape(graph.Sub(y, ax), n, -1)
	variance := graph.AddScalar(graph.MulScalar(spread, l.gain()), l.Noise*l.Noise)
	return graph.Div(graph.MulScalar(graph.ReduceSum(graph.Square(residual), 1), -0.5), variance)
}

// Curvature implements [Likelihood].
func (l Linear) Curvature(spread float64) []float64 {
	if l.Diagonal == nil {
		return nil
	}
	out := make([]float64, len(l.Diagonal))
	for j, g := range l.Diagonal {
		out[j] = g / (l.Noise*l.Noise + spread*l.gain())
	}
	return out
}

func (l Linear) gain() float64 {
	if l.Gain == 0 {
		return 1
	}
	return l.Gain
}

func checkNoise(noise float64) error {
	if !(noise > 0) || math.IsInf(noise, 0) {
		return fmt.Errorf("posterior: the measurement's noise must be a positive standard deviation, got %g; of exact "+
			"measurements take a small one, such as 0.01", noise)
	}
	return nil
}

// Mask measures single coordinates: y [1 or chains, shape...] where the mask, flat over the shape, is true. What y holds
// elsewhere does not matter.
func Mask(mask []bool, y *tensors.Tensor, noise float64) (Linear, error) {
	if err := checkNoise(noise); err != nil {
		return Linear{}, err
	}
	if err := y.CheckValid(); err != nil {
		return Linear{}, fmt.Errorf("posterior: the measurement: %w", err)
	}
	if y.DType() != dtypes.Float32 && y.DType() != dtypes.Float64 {
		return Linear{}, fmt.Errorf("posterior: the measurement is %s; want float32 or float64", y.Shape())
	}
	dims := y.Shape().Dimensions
	if len(dims) < 2 || y.Size() != dims[0]*len(mask) {
		return Linear{}, fmt.Errorf("posterior: a mask of %d values for y of shape %s; it must have one for each value of an "+
			"example", len(mask), y.Shape())
	}
	keep, measured := make([]float64, len(mask)), 0
	for j, m := range mask {
		if m {
			keep[j] = 1
			measured++
		}
	}
	if measured == 0 {
		return Linear{}, fmt.Errorf("posterior: the mask measures nothing; mark at least one value as known")
	}
	flat := numbers.Flat(y)
	for i := range flat {
		if !mask[i%len(mask)] {
			flat[i] = 0
		} else if math.IsNaN(flat[i]) || math.IsInf(flat[i], 0) {
			return Linear{}, fmt.Errorf("posterior: the measurement holds %g where the mask says it is known (value %d); mask "+
				"it out", flat[i], i)
		}
	}
	shape := append([]int{1}, dims[1:]...)
	apply := func(x *Node) *Node {
		m := graph.ConstTensor(x.Graph(), tensors.FromFlatDataAndDimensions(keep, shape...))
		return graph.Mul(x, graph.ConvertDType(m, x.DType()))
	}
	return Linear{Apply: apply, Y: numbers.Tensor(y.DType(), flat, dims...), Noise: noise, Diagonal: keep}, nil
}

// Matrix measures y = A x̄ + noise·ε of points x̄ [d] by a matrix [m, d]; y has one row of m numbers for all chains, or one for
// each.
func Matrix(a mat.Matrix, y [][]float64, noise float64) (Linear, error) {
	if err := checkNoise(noise); err != nil {
		return Linear{}, err
	}
	m, d := a.Dims()
	for i, row := range y {
		if len(row) != m {
			return Linear{}, fmt.Errorf("posterior: row %d of y has %d numbers, and the matrix makes %d", i, len(row), m)
		}
	}
	if len(y) == 0 {
		return Linear{}, fmt.Errorf("posterior: y is empty; give one row for all chains or one for each")
	}
	rows, diagonal, sum := make([][]float64, m), make([]float64, d), 0.0
	for i := range m {
		rows[i] = make([]float64, d)
		for j := range d {
			v := a.At(i, j)
			rows[i][j] = v
			diagonal[j] += v * v
			sum += v * v
		}
	}
	apply := func(x *Node) *Node {
		at := graph.ConvertDType(graph.ConstTensor(x.Graph(), tensors.FromValue(rows)), x.DType())
		return graph.DotGeneral(x, []int{1}, nil, at, []int{1}, nil)
	}
	return Linear{Apply: apply, Y: tensors.FromValue(y), Noise: noise, Gain: max(sum/float64(m), math.SmallestNonzeroFloat64), Diagonal: diagonal}, nil
}

// Func is any log p(y | x̄) as a graph, x [n, shape...] → [n], such as a classifier's. It cannot widen: on the noisier levels it
// is taken as it stands.
type Func func(x *Node) *Node

var _ Likelihood = Func(nil)

// Data implements [Likelihood].
func (Func) Data() []*tensors.Tensor { return nil }

// Log implements [Likelihood].
func (f Func) Log(x *Node, _ []*Node, _ *Node) *Node { return f(x) }

// Curvature implements [Likelihood].
func (Func) Curvature(float64) []float64 { return nil }
