// Package solvertest checks implementations of solver.Solver against known solutions and against the contract of the
// interface, as testing/fstest does for file systems:
//
//	func TestMySolver(t *testing.T) {
//		solvertest.Run(t, func() solver.Solver { return mySolver{} })
//	}
package solvertest

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"vapoflow/vapo/solver"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	_ "github.com/gomlx/compute/gobackend" // the suite runs on pure Go
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Backend returns the pure-Go backend that the suite runs on.
var Backend = sync.OnceValue(func() compute.Backend {
	backend, err := compute.NewWithConfig("go:parallelism=-1")
	if err != nil {
		panic(err)
	}
	return backend
})

// Tolerance is the largest error that the suite accepts on problems whose solutions are of order one: it tells a right solver
// from a wrong one. Order and accuracy are for the solver's own tests.
const Tolerance = 0.02

// Run checks the solvers that newSolver returns, up to the first failure. It calls newSolver for each case; a solver must not
// need settings for s0, s1 or shapes.
func Run(t *testing.T, newSolver func() solver.Solver) {
	for _, c := range []struct {
		name string
		test func(*testing.T, solver.Solver)
	}{
		{"forward", testForward},
		{"backward returns", testBackward},
		{"float32", testFloat32},
		{"same bits again", testRepeat},
		{"grid and counts", testGrid},
		{"ownership", testOwnership},
		{"bad fields", testBadFields},
		{"cancel", testCancel},
		{"bad input", testBadInput},
	} {
		if !t.Run(c.name, func(t *testing.T) { c.test(t, newSolver()) }) {
			return // what is wrong once fails many cases
		}
	}
}

func testForward(t *testing.T, s solver.Solver) {
	p := NewProblem(dtypes.Float64)
	sol := mustSolve(t, s, p.Field, p.State(0), 0, 1)
	if e := p.Error(sol.State, 1); !(e <= Tolerance) {
		t.Fatalf("error %g at s = 1, want at most %g", e, Tolerance)
	}
	if d := sol.State[0].DType(); d != dtypes.Float64 {
		t.Fatalf("dtype %s, want the state's float64", d)
	}
}

func testBackward(t *testing.T, s solver.Solver) {
	p := NewProblem(dtypes.Float64)
	sol := mustSolve(t, s, p.Field, p.State(1), 1, 0)
	if e := p.Error(sol.State, 0); !(e <= Tolerance) {
		t.Fatalf("error %g back at s = 0, want at most %g", e, Tolerance)
	}
}

func testFloat32(t *testing.T, s solver.Solver) {
	p := NewProblem(dtypes.Float32)
	sol := mustSolve(t, s, p.Field, p.State(0), 0, 1)
	if e := p.Error(sol.State, 1); !(e <= Tolerance) {
		t.Fatalf("error %g at s = 1, want at most %g", e, Tolerance)
	}
	if d := sol.State[1].DType(); d != dtypes.Float32 {
		t.Fatalf("dtype %s, want the state's float32", d)
	}
}

// A solver may cache, but not learn: the second solution equals the first.
func testRepeat(t *testing.T, s solver.Solver) {
	p := NewProblem(dtypes.Float64)
	first := mustSolve(t, s, p.Field, p.State(0), 0, 1)
	second := mustSolve(t, s, p.Field, p.State(0), 0, 1)
	if !first.State[0].Equal(second.State[0]) || !first.State[1].Equal(second.State[1]) {
		t.Fatal("two solutions of the same problem differ")
	}
}

func testGrid(t *testing.T, s solver.Solver) {
	p := NewProblem(dtypes.Float64)
	calls, least, most := 0, math.Inf(1), math.Inf(-1)
	field := func(s float64, y solver.State) (solver.State, error) {
		calls++
		least, most = min(least, s), max(most, s)
		return p.Field(s, y)
	}
	const s0, s1 = 0.1, 0.7 // 0.7 − 0.1 is not exact: landing by repeated addition misses s1
	sol := mustSolve(t, s, field, p.State(s0), s0, s1)
	if sol.NFE != calls {
		t.Fatalf("NFE %d for %d calls of the field", sol.NFE, calls)
	}
	if least < s0 || most > s1 {
		t.Fatalf("field evaluated on [%v, %v], outside [%v, %v]", least, most, s0, s1)
	}
	n := len(sol.Grid)
	if n != sol.Steps+1 || n < 2 || sol.Grid[0] != s0 || sol.Grid[n-1] != s1 {
		t.Fatalf("grid %v for %d steps, want %d times from %v to %v exactly", sol.Grid, sol.Steps, sol.Steps+1, s0, s1)
	}
	for i := range n - 1 {
		if !(sol.Grid[i] < sol.Grid[i+1]) {
			t.Fatalf("grid not increasing at entry %d: %v", i+1, sol.Grid)
		}
	}
	if sol.Status != solver.Done {
		t.Fatalf("status %v, want done", sol.Status)
	}
}

// The caller keeps its state, gets a state of its own, and nothing else survives.
func testOwnership(t *testing.T, s solver.Solver) {
	p := NewProblem(dtypes.Float64)
	y := p.State(0)
	made := map[*tensors.Tensor]bool{} // every tensor that passed through the field
	field := func(s float64, y solver.State) (solver.State, error) {
		k, err := p.Field(s, y)
		for _, t := range append(append(solver.State{}, y...), k...) {
			made[t] = true
		}
		return k, err
	}
	sol := mustSolve(t, s, field, y, 0, 1)
	if e := p.Error(y, 0); e > 1e-12 {
		t.Fatalf("the caller's state changed by %g", e)
	}
	for i := range y {
		delete(made, y[i])
		delete(made, sol.State[i])
		if sol.State[i].HasLocal() {
			t.Fatalf("tensor %d of the solution was copied to the host", i)
		}
	}
	for tensor := range made {
		if tensor.Ok() {
			t.Fatalf("a tensor %s was not finalised", tensor.Shape())
		}
	}
}

func testBadFields(t *testing.T, s solver.Solver) {
	p := NewProblem(dtypes.Float64)
	broken := errors.New("broken on purpose")
	for _, c := range []struct {
		name   string
		after  float64 // the field is good up to this s
		status solver.Status
		bad    solver.Field
	}{
		{"NaN at once", -1, solver.NotFinite, nanField},
		{"NaN later", 0.5, solver.NotFinite, nanField},
		{"error", 0.5, solver.FieldFailed, func(float64, solver.State) (solver.State, error) { return nil, broken }},
		{"one tensor missing", 0.5, solver.FieldFailed, func(s float64, y solver.State) (solver.State, error) {
			k, err := p.Field(s, y)
			return k[:1], err
		}},
		{"other shape", 0.5, solver.FieldFailed, func(s float64, y solver.State) (solver.State, error) {
			return solver.State{tensors.FromValue([]float64{1}), tensors.FromValue([]float64{1})}, nil
		}},
		{"the state itself", 0.5, solver.FieldFailed, func(s float64, y solver.State) (solver.State, error) { return y, nil }},
	} {
		sol, err := s.Solve(t.Context(), func(s float64, y solver.State) (solver.State, error) {
			if s > c.after {
				return c.bad(s, y)
			}
			return p.Field(s, y)
		}, p.State(0), 0, 1)
		var failure *solver.Failure
		if !errors.As(err, &failure) {
			t.Fatalf("%s: error %v, want a *Failure", c.name, err)
		}
		if failure.Status != c.status || sol.Status != c.status || sol.State != nil {
			t.Fatalf("%s: status %v and state %v, want %v and nil", c.name, failure.Status, sol.State, c.status)
		}
		if last := max(c.after, 0); failure.S < 0 || failure.S > last+0.1 || (last > 0 && sol.Steps == 0) {
			t.Fatalf("%s: reached s = %v in %d steps, want steps up to about %v", c.name, failure.S, sol.Steps, last)
		}
		if c.name == "error" && !errors.Is(err, broken) {
			t.Fatalf("%v does not wrap the field's error", err)
		}
	}
}

func testCancel(t *testing.T, s solver.Solver) {
	p := NewProblem(dtypes.Float64)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	calls := 0
	_, err := s.Solve(ctx, func(s float64, y solver.State) (solver.State, error) {
		if calls++; calls == 3 {
			cancel()
		}
		return p.Field(s, y)
	}, p.State(0), 0, 1)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want context.Canceled", err)
	}
	if calls > 10 {
		t.Fatalf("%d more evaluations after the context was cancelled", calls-3)
	}
}

func testBadInput(t *testing.T, s solver.Solver) {
	p := NewProblem(dtypes.Float64)
	gone := p.State(0)
	gone.Finalize()
	for _, c := range []struct {
		name   string
		field  solver.Field
		y      solver.State
		s0, s1 float64
		want   string // in the error
	}{
		{"no interval", p.Field, p.State(0), 0.25, 0.25, "0.25"},
		{"NaN start", p.Field, p.State(0), math.NaN(), 1, "NaN"},
		{"infinite end", p.Field, p.State(0), 0, math.Inf(1), "Inf"},
		{"no tensors", p.Field, nil, 0, 1, "empty"},
		{"finalised", p.Field, gone, 0, 1, "tensor 0"},
		{"integers", p.Field, solver.State{tensors.FromValue([]int32{1})}, 0, 1, "Int32"},
		{"no points", p.Field, solver.State{tensors.FromFlatDataAndDimensions([]float64{}, 0, 2)}, 0, 1, "[0, 2]"},
		{"no field", nil, p.State(0), 0, 1, "nil"},
	} {
		sol, err := s.Solve(t.Context(), c.field, c.y, c.s0, c.s1)
		if err == nil || !strings.Contains(err.Error(), c.want) || sol.Status != solver.Invalid {
			t.Fatalf("%s: error %v and status %v, want one that names %q", c.name, err, sol.Status, c.want)
		}
	}
}

// nanField returns NaN in one of the tensors.
func nanField(_ float64, y solver.State) (solver.State, error) { return nanExec().Call(y[0], y[1]) }

var nanExec = sync.OnceValue(func() *graph.Exec {
	return graph.MustNewExec(Backend(), func(x, l *graph.Node) (*graph.Node, *graph.Node) {
		return graph.MulScalar(x, math.NaN()), graph.ZerosLike(l)
	})
})

func mustSolve(t *testing.T, s solver.Solver, f solver.Field, y solver.State, s0, s1 float64) solver.Solution {
	t.Helper()
	sol, err := s.Solve(t.Context(), f, y, s0, s1)
	if err != nil {
		t.Fatal(err)
	}
	return sol
}
