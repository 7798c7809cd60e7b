package solver_test

import (
	"context"
	"errors"
	"fmt"

	"vapoflow/vapo/solver"

	"github.com/gomlx/compute"
	_ "github.com/gomlx/compute/gobackend"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

var backend, backendErr = compute.NewWithConfig("go:parallelism=-1") // pure Go

// rotation is the field (x, y) ↦ (−y, x), compiled once.
func rotation() solver.Field {
	if backendErr != nil {
		panic(backendErr)
	}
	exec := graph.MustNewExec(backend, func(x *graph.Node) *graph.Node {
		quarter := graph.Const(x.Graph(), [][]float64{{0, 1}, {-1, 0}})
		return graph.MatMul(x, quarter)
	})
	return func(_ float64, y solver.State) (solver.State, error) { return exec.Call(y[0]) }
}

func ExampleAdaptive() {
	x := tensors.FromValue([][]float64{{1, 0}, {0, 2}}) // [batch, d]
	sol, err := solver.Adaptive{RTol: 1e-8, ATol: 1e-8}.Solve(context.Background(), rotation(), solver.State{x}, 0, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sol.Finalize()
	for _, p := range sol.State[0].Value().([][]float64) {
		fmt.Printf("%.6f\n", p)
	}
	fmt.Println(sol.Status, "at s =", sol.Grid[len(sol.Grid)-1])
	// Output:
	// [0.540302 0.841471]
	// [-1.682942 1.080605]
	// done at s = 1
}

func ExampleFixed() {
	x := tensors.FromValue([][]float64{{1, 0}})
	s := solver.Fixed{Tableau: solver.RK4, Steps: 10, SaveAt: []float64{0.5, 1}}
	sol, err := s.Solve(context.Background(), rotation(), solver.State{x}, 0, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sol.Finalize()
	for i, y := range sol.Outputs {
		fmt.Printf("s = %.1f: %.4f\n", s.SaveAt[i], y[0].Value())
	}
	fmt.Println(sol.Steps, "steps,", sol.NFE, "evaluations")
	// Output:
	// s = 0.5: [[0.8776 0.4794]]
	// s = 1.0: [[0.5403 0.8415]]
	// 10 steps, 40 evaluations
}

func ExampleNew() {
	s, err := solver.New("dopri5", solver.Options{RTol: 1e-4, ATol: 1e-4})
	fmt.Printf("%T %v\n", s, err)
	_, err = solver.New("rk5", solver.Options{}) // the error has the choices
	fmt.Println(err != nil)
	// Output:
	// solver.Adaptive <nil>
	// true
}

func ExampleTableau_String() {
	for _, t := range []solver.Tableau{solver.Euler, solver.Heun, solver.BogackiShampine, solver.RK4} {
		fmt.Println(t)
	}
	// Output:
	// euler    Euler: order 1, 1 stage; Euler 1768, Institutiones calculi integralis
	// heun     Heun (explicit trapezoid): order 2, 2 stages; Heun 1900, Z. Math. Phys. 45, 23–38
	// bosh3    Bogacki–Shampine 3(2): order 3(2), 4 stages, last reused; Bogacki & Shampine 1989, doi:10.1016/0893-9659(89)90079-7
	// rk4      classical Runge–Kutta: order 4, 4 stages; Kutta 1901, Z. Math. Phys. 46, 435–453
}

// A method of one's own is one value; Validate finds slips in its coefficients.
func ExampleTableau_Validate() {
	ralston := solver.Tableau{
		Name: "ralston", Title: "Ralston", Order: 2,
		A: [][]float64{{}, {2. / 3}},
		B: []float64{1. / 4, 3. / 4},
		C: []float64{0, 2. / 3},
	}
	fmt.Println(ralston.Validate())
	ralston.Order = 3
	fmt.Println(ralston.Validate())
	// Output:
	// <nil>
	// solver: tableau "ralston": B satisfies the order conditions up to order 2 only, want Order = 3
}

// An integration that fails says how far it came: this field has no value beyond s = 0.5.
func ExampleFailure() {
	field := func(s float64, y solver.State) (solver.State, error) {
		if s > 0.5 {
			return nil, errors.New("no field there")
		}
		return solver.State{tensors.FromValue([]float64{1})}, nil
	}
	_, err := solver.Fixed{Steps: 4, Backend: backend}.Solve(context.Background(), field, solver.State{tensors.FromValue([]float64{0})}, 0, 1)
	var failure *solver.Failure
	if errors.As(err, &failure) {
		fmt.Printf("%v at s = %g: %v\n", failure.Status, failure.S, failure.Err)
	}
	// Output: field failed at s = 0.5: no field there
}

// A tableau by the name that the command line knows.
func Example_list() {
	t, err := solver.List.Find("tsit5")
	fmt.Println(t.Name, t.Order, t.Stages(), t.FSAL(), t.Adaptive(), err)
	fmt.Println(solver.List.Summary("tsit5"))
	// Output:
	// tsit5 5 7 true true <nil>
	// Tsitouras 5(4): order 5, evaluations per step 6, chooses its steps
}
