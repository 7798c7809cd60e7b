package measure

import (
	"testing"

	"vapoflow/vapo/solver"
)

// A solver of fixed steps that is told no number takes its own: read as one step, every path was drawn as a straight line.
func TestPathsShowTheSolversSteps(t *testing.T) {
	for steps, want := range map[int]int{0: solver.DefaultSteps, 1: 1, 7: 7} {
		with, err := solver.New("rk4", solver.Options{Steps: steps})
		if err != nil {
			t.Fatal(err)
		}
		if at := pathClock(with); len(at) != want+1 || at[want] != 1 {
			t.Errorf("rk4 of %d steps: paths at %v, want %d steps to 1", steps, at, want)
		}
	}
}
