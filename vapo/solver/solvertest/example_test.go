package solvertest_test

import (
	"context"
	"fmt"

	"vapoflow/vapo/solver"
	"vapoflow/vapo/solver/solvertest"

	"github.com/gomlx/compute/dtypes"
)

var _ = solvertest.Backend() // prints a line when it is made, which is not part of the output below

// A problem with a known solution measures the error of any solver.
func ExampleNewProblem() {
	p := solvertest.NewProblem(dtypes.Float64)
	for _, steps := range []int{10, 20} {
		sol, err := solver.Fixed{Steps: steps}.Solve(context.Background(), p.Field, p.State(0), 0, 1)
		fmt.Printf("%d steps of RK4: error %.0e, %v\n", steps, p.Error(sol.State, 1), err)
	}
	// Output:
	// 10 steps of RK4: error 3e-06, <nil>
	// 20 steps of RK4: error 2e-07, <nil>
}
