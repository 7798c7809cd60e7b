package solver

import (
	"context"

	"github.com/gomlx/gomlx/core/tensors"
)

// State is a tuple of tensors of any shapes, usually [batch, ...], float32 or float64 each. They stay on the device. A second
// entry can carry what is integrated along the path, such as a log-density [batch] beside the points [batch, d].
type State []*tensors.Tensor

// Finalize frees the tensors of the state, on the device and on the host. Finalising twice is harmless.
func (y State) Finalize() {
	for _, t := range y {
		if t != nil {
			_ = t.FinalizeAll() // fails only where the backend is gone, and the memory with it
		}
	}
}

// Field is the right-hand side of dy/ds = f(s, y); each call is one evaluation (NFE). It must neither keep nor change y.
// It returns new tensors with the shapes and dtypes of y, which the solver owns and finalises.
type Field func(s float64, y State) (State, error)

// Solver integrates a field from s0 to s1, forward or backward. Fixed and Adaptive implement it; package solvertest checks
// any implementation.
type Solver interface {
	// Solve returns the state at s1 of the solution of dy/ds = f(s, y) that is y at s0. It leaves y alone. The whole batch
	// shares one step size. Where the integration stops early, the error is a *Failure that names the s reached, State
	// and Outputs are nil and the counts are kept. Wrong input gives another error and Status Invalid.
	Solve(ctx context.Context, f Field, y State, s0, s1 float64) (Solution, error)
}

// Solution is the outcome of Solve. The caller owns State and each of Outputs.
type Solution struct {
	State    State     // at s1
	Outputs  []State   // at the requested times (SaveAt), in their order
	Grid     []float64 // s0, then the end of every accepted step; Fixed{Grid: ...} replays it bit for bit
	NFE      int       // evaluations of the field
	Steps    int       // accepted steps
	Rejected int       // attempted steps whose error was too large
	Status   Status
}

// Finalize frees the tensors of the solution.
func (sol Solution) Finalize() {
	sol.State.Finalize()
	for _, y := range sol.Outputs {
		y.Finalize()
	}
}
