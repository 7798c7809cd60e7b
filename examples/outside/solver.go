package outside

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/solver"
)

// SSPRK3 is the strong-stability-preserving method of Shu and Osher (1988, doi:10.1016/0021-9991(88)90177-5): a new Runge–Kutta
// method is a value.
var SSPRK3 = solver.Tableau{
	Name: "ssprk3", Title: "Shu–Osher", Source: "Shu and Osher 1988, doi:10.1016/0021-9991(88)90177-5", Order: 3,
	A: [][]float64{{}, {1}, {0.25, 0.25}},
	B: []float64{1. / 6, 1. / 6, 2. / 3},
	C: []float64{0, 1, 0.5},
}

// Extrapolated is Richardson's extrapolation of a fixed-step method of order p, which no tableau of the library is: the solutions
// with n and with 2n equal steps combine to (2^p y₂ₙ − yₙ)/(2^p − 1), of order p + 1. It runs both integrations, 3n steps in all.
type Extrapolated struct {
	Tableau solver.Tableau
	Steps   int // n, at least 1
}

var _ solver.Solver = Extrapolated{}

// Solve implements [solver.Solver]. The Grid of the solution is that of the finer integration.
func (e Extrapolated) Solve(ctx context.Context, f solver.Field, y solver.State, s0, s1 float64) (solver.Solution, error) {
	if e.Steps < 1 {
		return solver.Solution{}, fmt.Errorf("outside: Extrapolated needs at least 1 step, got %d", e.Steps)
	}
	if err := e.Tableau.Validate(); err != nil {
		return solver.Solution{}, err
	}
	coarse, err := solver.Fixed{Tableau: e.Tableau, Steps: e.Steps}.Solve(ctx, f, y, s0, s1)
	if err != nil {
		return coarse, err
	}
	defer coarse.Finalize()
	fine, err := solver.Fixed{Tableau: e.Tableau, Steps: 2 * e.Steps}.Solve(ctx, f, y, s0, s1)
	fine.NFE += coarse.NFE
	if err != nil {
		return fine, err
	}
	for i, t := range fine.State {
		better, err := e.combine(t, coarse.State[i])
		if err != nil {
			fine.Finalize()
			return solver.Solution{}, fmt.Errorf("outside: combining the two solutions: %w", err)
		}
		t.MustFinalizeAll()
		fine.State[i] = better
	}
	return fine, nil
}

// combine is (2^p fine − coarse)/(2^p − 1), on the device that holds them.
func (e Extrapolated) combine(fine, coarse *tensors.Tensor) (*tensors.Tensor, error) {
	device, err := fine.Backend()
	if err != nil {
		return nil, err
	}
	factor := math.Pow(2, float64(e.Tableau.Order))
	return graph.CallOnce(device, func(fine, coarse *graph.Node) *graph.Node {
		return graph.MulScalar(graph.Sub(graph.MulScalar(fine, factor), coarse), 1/(factor-1))
	}, fine, coarse)
}
