package desk

import (
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/floats"

	"vapoflow/experiments/measure"
	"vapoflow/figures"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/solver"
)

// reach is the half side of the square [-3, 3]² that pictures of the plane show.
const reach = 3.0

// square is an even grid of n × n points on [-3, 3]², the rows along the first coordinate.
func square(n int) (points [][]float64) {
	for _, y := range measure.Span(-reach, reach, n) {
		for _, x := range measure.Span(-reach, reach, n) {
			points = append(points, []float64{x, y})
		}
	}
	return points
}

// Density is a density on a grid of [-3, 3]², for figures: log gives its logarithm at points, which need not be normalised.
func Density(n int, log func(x [][]float64) []float64) figures.Grid {
	axis, values := measure.Span(-reach, reach, n), log(square(n))
	g, top := figures.Grid{X: axis, Y: axis}, slices.Max(values)
	for row := range slices.Chunk(values, n) {
		for i := range row {
			row[i] = math.Exp(row[i] - top)
		}
		g.Values = append(g.Values, row)
	}
	return g
}

// Arrows are the field ∇Φ(·, s) of a flow of the plane on 13 × 13 points of [-3, 3]².
func Arrows(f *flow.Flow, s float64) figures.Arrows {
	at := narrow(square(13))
	phi, grad, err := f.Evaluate(at, s)
	Check(err)
	phi.MustFinalizeAll()
	return figures.Arrows{At: Pairs(at), Vector: Pairs(grad)}
}

// Column is a moment of a path for figures: s, and t(s) where the path has the paper's time.
func Column(path homotopy.Homotopy, s float64) figures.FieldColumn {
	column := figures.FieldColumn{S: s, T: math.NaN()}
	if timed, ok := path.(homotopy.Timed); ok {
		column.T = timed.Time(s)
	}
	return column
}

// Cost is a solver's curve of error over evaluations of ∇Φ at several numbers of steps: the root mean square distance of 100
// particles of the plane from where a tight tolerance takes them.
func Cost(f *flow.Flow, name string, with func(steps int) solver.Solver, steps ...int) figures.Series {
	ends := func(with solver.Solver) ([]float64, int) {
		sol := Must(f.Sample(Context(), with, 1, 0, 100))
		defer sol.Finalize()
		return Values(sol.State[0]), sol.NFE
	}
	reference, _ := ends(solver.Adaptive{RTol: 1e-6, ATol: 1e-6})
	out := figures.Series{Name: name}
	for _, n := range steps {
		x, nfe := ends(with(n))
		out.X, out.Y = append(out.X, float64(nfe)), append(out.Y, floats.Distance(x, reference, 2)/10)
	}
	return out
}

// narrow are points as a tensor [n, d] in float32.
func narrow(points [][]float64) *tensors.Tensor {
	out := make([][]float32, len(points))
	for i, p := range points {
		for _, v := range p {
			out[i] = append(out[i], float32(v))
		}
	}
	return tensors.FromValue(out)
}

// Pairs are points of the plane, of whatever [Points] takes, as figures take them.
func Pairs(x any) (out [][2]float64) {
	for _, p := range Points(x) {
		out = append(out, [2]float64{p[0], p[1]})
	}
	return out
}
