package outside_test

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"outside"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/solver"
)

// The library evaluates a path it has never seen.
func ExampleCosine() {
	values, err := homotopy.Evaluate(backend.Host(), outside.Cosine{End: 0.01}, []float64{0, 0.5, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range values {
		fmt.Printf("s = %.1f: mean factor %.3f, deviation %.3f\n", c.S, c.Mu, c.Sd())
	}
	// Output:
	// s = 0.0: mean factor 0.000, deviation 1.000
	// s = 0.5: mean factor 0.702, deviation 0.713
	// s = 1.0: mean factor 1.000, deviation 0.016
}

// y' = y from y(0) = 1 by ten and twenty steps of the midpoint rule, extrapolated.
func ExampleExtrapolated() {
	copied, err := graph.NewExec(backend.Host(), func(y *graph.Node) *graph.Node { return graph.MulScalar(y, 1) })
	if err != nil {
		fmt.Println(err)
		return
	}
	growth := func(_ float64, y solver.State) (solver.State, error) { return copied.Call(y[0]) }
	with := outside.Extrapolated{Tableau: solver.Midpoint, Steps: 10}
	solution, err := with.Solve(context.Background(), growth, solver.State{tensors.FromValue([]float64{1})}, 0, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	e := solution.State[0].Value().([]float64)[0]
	fmt.Printf("e = %.4f, error below 1e-4: %v, %d evaluations\n", e, math.Abs(e-math.E) < 1e-4, solution.NFE)
	// Output:
	// e = 2.7182, error below 1e-4: true, 60 evaluations
}
