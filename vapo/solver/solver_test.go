package solver_test

import (
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"vapoflow/vapo/solver"
	"vapoflow/vapo/solver/solvertest"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
)

func TestSuite(t *testing.T) {
	for _, tab := range solver.List.All() {
		steps := 200 / tab.Order // enough for Euler to pass the suite's tolerance
		t.Run(tab.Name, func(t *testing.T) {
			solvertest.Run(t, func() solver.Solver { return solver.Fixed{Tableau: tab, Steps: steps} })
		})
		if tab.Adaptive() {
			t.Run(tab.Name+" adaptive", func(t *testing.T) {
				solvertest.Run(t, func() solver.Solver { return solver.Adaptive{Tableau: tab, RTol: 1e-4, ATol: 1e-4} })
			})
		}
	}
	t.Run("zero values", func(t *testing.T) {
		solvertest.Run(t, func() solver.Solver { return solver.Fixed{} })
		solvertest.Run(t, func() solver.Solver { return solver.Adaptive{} })
	})
}

func solve(t *testing.T, s solver.Solver, p *solvertest.Problem, s0, s1 float64) solver.Solution {
	t.Helper()
	sol, err := s.Solve(t.Context(), p.Field, p.State(s0), s0, s1)
	if err != nil {
		t.Fatal(err)
	}
	return sol
}

// The global error of a method of order p falls with steps^−p, forward and backward.
func TestOrder(t *testing.T) {
	steps := map[int][2]int{1: {200, 400}, 2: {80, 160}, 3: {40, 80}, 4: {30, 60}, 5: {40, 80}, 6: {20, 40}, 7: {16, 32}, 8: {12, 24}}
	p := solvertest.NewProblem(dtypes.Float64)
	for _, tab := range solver.List.All() {
		for _, ends := range [][2]float64{{0, 2}, {2, 0}} {
			var e [2]float64
			for i, n := range steps[tab.Order] {
				e[i] = p.Error(solve(t, solver.Fixed{Tableau: tab, Steps: n}, p, ends[0], ends[1]).State, ends[1])
			}
			order := math.Log2(e[0] / e[1])
			if math.Abs(order-float64(tab.Order)) > 0.2 {
				t.Errorf("%s from %v to %v: measured order %.3f, want %d ± 0.2", tab.Name, ends[0], ends[1], order, tab.Order)
			}
		}
	}
}

// Adaptive methods reach the tolerance within a small factor (the error accumulates), and tightening it helps.
func TestAdaptiveReachesTolerance(t *testing.T) {
	p := solvertest.NewProblem(dtypes.Float64)
	for _, tab := range solver.List.All() {
		if !tab.Adaptive() {
			continue
		}
		for _, tol := range []float64{1e-3, 1e-5, 1e-7, 1e-9} {
			sol := solve(t, solver.Adaptive{Tableau: tab, RTol: tol, ATol: tol}, p, 0, 1)
			e := p.Error(sol.State, 1)
			t.Logf("%-6s tolerance %.0e: error %.1e, %d evaluations, %d steps, %d rejected",
				tab.Name, tol, e, sol.NFE, sol.Steps, sol.Rejected)
			if e > 10*tol {
				t.Errorf("%s at tolerance %g: error %g", tab.Name, tol, e)
			}
		}
	}
}

// Evaluations are not wasted: the last stage is reused where the tableau has it, and a rejected step keeps its first.
func TestEvaluationCount(t *testing.T) {
	p := solvertest.NewProblem(dtypes.Float64)
	for _, c := range []struct {
		tab  solver.Tableau
		want int // for 10 steps
	}{{solver.Euler, 10}, {solver.RK4, 40}, {solver.BogackiShampine, 31}, {solver.DormandPrince5, 61}, {solver.DormandPrince8, 120}} {
		if sol := solve(t, solver.Fixed{Tableau: c.tab, Steps: 10}, p, 0, 1); sol.NFE != c.want {
			t.Errorf("%s: %d evaluations for 10 steps, want %d", c.tab.Name, sol.NFE, c.want)
		}
	}
	peak := func(s float64, y solver.State) (solver.State, error) { // narrow, so that steps are rejected on its slope
		return solver.State{tensors.FromValue([]float64{1 / (1e-4 + (s-0.5)*(s-0.5))})}, nil
	}
	d := solver.Adaptive{Backend: solvertest.Backend(), RTol: 1e-7, ATol: 1e-7}
	sol, err := d.Solve(t.Context(), peak, solver.State{tensors.FromValue([]float64{0})}, 0, 1)
	if err != nil || sol.Rejected == 0 || sol.NFE != 2+6*(sol.Steps+sol.Rejected) {
		t.Errorf("%d evaluations for %d steps and %d rejected (%v), want 2 + 6 for each attempt",
			sol.NFE, sol.Steps, sol.Rejected, err)
	}
	if got, want := tensors.MustCopyFlatData[float64](sol.State[0])[0], 200*math.Atan(50); math.Abs(got-want) > 1e-3 {
		t.Errorf("integral of the peak %v, want %v", got, want)
	}
}

func TestReplayIsBitIdentical(t *testing.T) {
	p := solvertest.NewProblem(dtypes.Float64)
	for _, tab := range []solver.Tableau{solver.BogackiShampine, solver.DormandPrince5, solver.DormandPrince8} {
		for _, ends := range [][2]float64{{0, 1}, {0.9, 0.1}} {
			first := solve(t, solver.Adaptive{Tableau: tab, RTol: 1e-7, ATol: 1e-7}, p, ends[0], ends[1])
			again := solve(t, solver.Fixed{Tableau: tab, Grid: first.Grid}, p, ends[0], ends[1])
			if !first.State[0].Equal(again.State[0]) || !first.State[1].Equal(again.State[1]) {
				t.Errorf("%s: replay of %v differs", tab.Name, first.Grid)
			}
			if !slices.Equal(first.Grid, again.Grid) {
				t.Errorf("%s: replayed on %v, want %v", tab.Name, again.Grid, first.Grid)
			}
		}
	}
}

func TestOutputs(t *testing.T) {
	p := solvertest.NewProblem(dtypes.Float64)
	forward := []float64{0, 0.1, 3 * 0.1, 1. / 3, 0.9, 1}
	backward := []float64{0.95, 0.5, 0.05}
	for _, c := range []struct {
		s      solver.Solver
		s0, s1 float64
		at     []float64
	}{
		{solver.Adaptive{RTol: 1e-8, ATol: 1e-8, SaveAt: forward}, 0, 1, forward},
		{solver.Adaptive{RTol: 1e-8, ATol: 1e-8, SaveAt: backward}, 1, 0, backward},
		{solver.Fixed{Steps: 60, SaveAt: forward}, 0, 1, forward},
		{solver.Fixed{Steps: 60, SaveAt: backward}, 1, 0, backward},
	} {
		sol := solve(t, c.s, p, c.s0, c.s1)
		if len(sol.Outputs) != len(c.at) {
			t.Fatalf("%T: %d outputs for %d times", c.s, len(sol.Outputs), len(c.at))
		}
		for i, s := range c.at {
			if e := p.Error(sol.Outputs[i], s); e > 1e-6 {
				t.Errorf("%T from %v: error %g at requested s = %v", c.s, c.s0, e, s)
			}
		}
		sol.State.Finalize()
		if last := sol.Outputs[len(c.at)-1]; !last[0].Ok() {
			t.Errorf("%T: the last output shares the state's memory", c.s)
		}
	}
	// A time on the grid up to rounding adds no step: 3 · 0.1 is the grid's 0.3.
	if sol := solve(t, solver.Fixed{Steps: 10, SaveAt: []float64{3 * 0.1}}, p, 0, 1); sol.Steps != 10 {
		t.Errorf("%d steps, want 10", sol.Steps)
	}
}

func TestStops(t *testing.T) {
	blowup := func(s float64, y solver.State) (solver.State, error) { // y = 1/(½ − s)
		v := tensors.MustCopyFlatData[float64](y[0])[0]
		return solver.State{tensors.FromValue([]float64{v * v})}, nil
	}
	for _, c := range []struct {
		name   string
		s      solver.Solver
		f      solver.Field
		status solver.Status
		lo, hi float64 // the s reached
	}{
		{"limit", solver.Adaptive{MaxSteps: 3, RTol: 1e-9, ATol: 1e-9}, blowup, solver.MaxSteps, 1e-6, 0.5},
		{"pole", solver.Adaptive{}, blowup, solver.StepTooSmall, 0.499, 0.501},
		{"overflow", solver.Fixed{Steps: 100}, blowup, solver.NotFinite, 0.49, 0.6},
	} {
		setBackend(&c.s)
		_, err := c.s.Solve(t.Context(), c.f, solver.State{tensors.FromValue([]float64{2})}, 0, 1)
		var failure *solver.Failure
		if !errors.As(err, &failure) || failure.Status != c.status || !(failure.S >= c.lo && failure.S <= c.hi) {
			t.Errorf("%s: %v, want %v with s in [%v, %v]", c.name, err, c.status, c.lo, c.hi)
		} else if !strings.Contains(err.Error(), "s = 0.") {
			t.Errorf("%s: %q does not name the s reached", c.name, err)
		}
	}
}

func setBackend(s *solver.Solver) {
	switch d := (*s).(type) {
	case solver.Adaptive:
		d.Backend = solvertest.Backend()
		*s = d
	case solver.Fixed:
		d.Backend = solvertest.Backend()
		*s = d
	}
}

func TestBadSettings(t *testing.T) {
	p := solvertest.NewProblem(dtypes.Float64)
	for want, s := range map[string]solver.Solver{
		"RTol = -1":          solver.Adaptive{RTol: -1},
		"ATol = NaN":         solver.Adaptive{ATol: math.NaN()},
		"ATol = -0.5":        solver.Adaptive{ATol: -0.5},
		"MaxSteps = -3":      solver.Adaptive{MaxSteps: -3},
		"no error estimate":  solver.Adaptive{Tableau: solver.RK4},
		"I above 0":          solver.Adaptive{Controller: solver.Controller{Safety: 0.9, MinFactor: 0.2, MaxFactor: 5}},
		"Safety:1.5":         solver.Adaptive{Controller: solver.Controller{Safety: 1.5, I: 1, MinFactor: 0.2, MaxFactor: 5}},
		"finer than Float64": solver.Adaptive{RTol: 1e-17},
		"Steps = -2":         solver.Fixed{Steps: -2},
		"both Steps = 3":     solver.Fixed{Steps: 3, Grid: []float64{0, 1}},
		"[0 0.5]":            solver.Fixed{Grid: []float64{0, 0.5}},
		"entry 2 is 0.2":     solver.Fixed{Grid: []float64{0, 0.5, 0.2, 1}},
		"1.5 does not":       solver.Fixed{SaveAt: []float64{0.5, 1.5}},
		"0.25 does not":      solver.Adaptive{SaveAt: []float64{0.5, 0.25}},
		"NaN does not":       solver.Adaptive{SaveAt: []float64{math.NaN()}},
		"order 0":            solver.Fixed{Tableau: solver.Tableau{Name: "mine"}},
		"set the driver":     solver.Fixed{},
	} {
		field := p.Field
		if want == "set the driver" { // nothing tells the backend
			field = func(s float64, y solver.State) (solver.State, error) { return p.State(s), nil }
		}
		sol, err := s.Solve(t.Context(), field, p.State(0), 0, 1)
		if err == nil || !strings.Contains(err.Error(), want) || sol.Status != solver.Invalid {
			t.Errorf("error %v and status %v, want one that says %q", err, sol.Status, want)
		}
	}
	_, err := solver.Adaptive{RTol: 1e-8}.Solve(t.Context(), p.Field, solvertest.NewProblem(dtypes.Float32).State(0), 0, 1)
	if err == nil || !strings.Contains(err.Error(), "1e-08 is finer than Float32") {
		t.Errorf("error %v, want one about float32", err)
	}
}

// Drivers are values without state of their own: many goroutines share one, and the executables behind it.
func TestConcurrent(t *testing.T) {
	p := solvertest.NewProblem(dtypes.Float64)
	d := solver.Adaptive{Tableau: solver.Tsitouras5}
	want := solve(t, d, p, 0, 1)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			sol, err := d.Solve(t.Context(), p.Field, p.State(0), 0, 1)
			if err != nil || !sol.State[0].Equal(want.State[0]) {
				t.Errorf("another result in parallel: %v", err)
			}
		})
	}
	wait.Wait()
}
