package solver

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"

	"vapoflow/internal/progress"
)

// run is one integration in progress: the point (s, y) reached, its slope, and the counts.
type run struct {
	ctx    context.Context
	tab    Tableau
	field  Field
	kernel *kernel
	saveAt []float64 // requested times not yet reached

	s0, s1, s float64
	y         State
	owned     bool  // y is ours to finalise: it is not the caller's first state
	slope     State // f(s, y), or nil until it is needed
	sol       Solution
}

// trial is an attempted step from the run's point to next.
type trial struct {
	next   float64
	y      State   // y' at next
	slopes []State // of all stages; the first is the run's
}

// newRun checks the input of Solve.
func newRun(ctx context.Context, tab Tableau, f Field, y State, s0, s1 float64, saveAt []float64) (*run, error) {
	if f == nil {
		return nil, errors.New("solver: the field is nil")
	}
	if len(y) == 0 {
		return nil, errors.New("solver: the state is empty; give at least one tensor")
	}
	for i, t := range y {
		if err := t.CheckValid(); err != nil {
			return nil, fmt.Errorf("solver: tensor %d of the state: %w", i, err)
		}
		if d := t.DType(); (d != dtypes.Float32 && d != dtypes.Float64) || t.Size() == 0 {
			return nil, fmt.Errorf("solver: tensor %d of the state is %s; want float32 or float64 with at least one element",
				i, t.Shape())
		}
	}
	if math.IsNaN(s0+s1) || math.IsInf(s0, 0) || math.IsInf(s1, 0) || s0 == s1 {
		return nil, fmt.Errorf("solver: cannot integrate from s0 = %v to s1 = %v; give two different finite times", s0, s1)
	}
	previous := math.Inf(-1)
	for _, s := range saveAt {
		along := (s - s0) / (s1 - s0)
		if !(along >= 0 && along <= 1 && along > previous) {
			return nil, fmt.Errorf("solver: SaveAt = %v must lie between s0 = %v and s1 = %v and follow that direction; %v "+
				"does not",
				saveAt, s0, s1, s)
		}
		previous = along
	}
	return &run{ctx: ctx, tab: tab, field: f, saveAt: saveAt, s0: s0, s1: s1, s: s0, y: y, sol: Solution{Grid: []float64{s0}}}, nil
}

// start evaluates the first slope, finds the backend and saves the first state where it was asked for.
func (r *run) start(backend compute.Backend) error {
	progress.Report(r.ctx, 0) // the first slope may have to be compiled
	if err := r.ensureSlope(); err != nil {
		return err
	}
	for _, t := range slices.Concat(r.y, r.slope) {
		if b, err := t.Backend(); backend == nil && err == nil {
			backend = b
		}
	}
	if backend == nil {
		return errors.New("solver: neither the state nor the field's result is on a device; set the driver's Backend")
	}
	var err error
	if r.kernel, err = kernelFor(backend); err != nil {
		return fmt.Errorf("solver: %w", err)
	}
	return r.save()
}

// eval calls the field, counts the call and checks the shapes of what it returns.
func (r *run) eval(s float64, y State) (State, error) {
	if err := r.ctx.Err(); err != nil {
		return nil, r.fail(Cancelled, context.Cause(r.ctx))
	}
	k, err := r.field(s, y)
	r.sol.NFE++
	if err != nil {
		return nil, r.fail(FieldFailed, err)
	}
	if len(k) != len(y) {
		k.Finalize()
		return nil, r.fail(FieldFailed, fmt.Errorf("it returned %d tensors for a state of %d", len(k), len(y)))
	}
	for i, t := range k {
		if slices.Contains(y, t) {
			return nil, r.fail(FieldFailed, fmt.Errorf("tensor %d of its result is one of the state's; return a new tensor", i))
		}
		if err := t.CheckValid(); err != nil || !t.Shape().Equal(y[i].Shape()) {
			if err == nil {
				err = fmt.Errorf("tensor %d of its result is %s, want %s as in the state", i, t.Shape(), y[i].Shape())
			}
			k.Finalize()
			return nil, r.fail(FieldFailed, err)
		}
	}
	return k, nil
}

// step returns y + h Σ w_j k_j from the run's state.
func (r *run) step(slopes []State, h float64, w []float64) (State, error) {
	y, err := r.kernel.step(r.y, slopes, h, w, r.tab.Stages())
	if err != nil {
		return nil, r.fail(DeviceFailed, err)
	}
	return y, nil
}

// rms returns the scaled norm of Σ w_j k_j between the run's state and y1.
func (r *run) rms(y1 State, slopes []State, rtol, atol float64, w ...float64) (float64, error) {
	e, err := r.kernel.rms(r.y, y1, slopes, w, r.tab.Stages(), rtol, atol)
	if err != nil {
		return 0, r.fail(DeviceFailed, err)
	}
	return e, nil
}

func (r *run) ensureSlope() (err error) {
	if r.slope == nil {
		r.slope, err = r.eval(r.s, r.y)
	}
	return err
}

// attempt computes one step from the run's point to next.
func (r *run) attempt(next float64) (*trial, error) {
	if err := r.ensureSlope(); err != nil {
		return nil, err
	}
	h, stages := next-r.s, r.tab.Stages()
	t := &trial{next: next, slopes: []State{r.slope}}
	for i := 1; i < stages; i++ {
		y, err := r.step(t.slopes, h, r.tab.A[i])
		if err != nil {
			t.discard()
			return nil, err
		}
		s := r.s + r.tab.C[i]*h
		if r.tab.C[i] == 1 {
			s = next // r.s + h may differ from it in the last bit, and leave [0, 1]
		}
		k, err := r.eval(s, y)
		if err == nil && i == stages-1 && r.tab.FSAL() {
			t.y = y
		} else {
			y.Finalize()
		}
		if err != nil {
			t.discard()
			return nil, err
		}
		t.slopes = append(t.slopes, k)
	}
	if t.y == nil {
		var err error
		if t.y, err = r.step(t.slopes, h, r.tab.B); err != nil {
			t.discard()
			return nil, err
		}
	}
	return t, nil
}

// discard frees all that the trial made; the run's slope is kept for the next attempt.
func (t *trial) discard() {
	t.y.Finalize()
	for _, k := range t.slopes[1:] {
		k.Finalize()
	}
}

// accept moves the run to the end of the trial and saves the state where it was asked for.
func (r *run) accept(t *trial) error {
	if r.owned {
		r.y.Finalize()
	}
	last := len(t.slopes) - 1
	for _, k := range t.slopes[:last] {
		k.Finalize()
	}
	r.s, r.y, r.owned, r.slope = t.next, t.y, true, t.slopes[last]
	if !r.tab.FSAL() {
		r.slope.Finalize()
		r.slope = nil
	}
	r.sol.Steps++
	r.sol.Grid = append(r.sol.Grid, r.s)
	progress.Report(r.ctx, (r.s-r.s0)/(r.s1-r.s0))
	return r.save()
}

// save copies the state on the device where s is the next requested time.
func (r *run) save() error {
	if len(r.saveAt) == 0 || r.saveAt[0] != r.s {
		return nil
	}
	y, err := r.step([]State{r.y}, 0, nil)
	if err != nil {
		return err
	}
	r.saveAt = r.saveAt[1:]
	r.sol.Outputs = append(r.sol.Outputs, y)
	return nil
}

// fail describes an integration that stops at the run's point.
func (r *run) fail(status Status, cause error) error {
	return &Failure{
		Status: status, Tableau: r.tab.Name, S: r.s, S0: r.s0, S1: r.s1,
		Steps: r.sol.Steps, Rejected: r.sol.Rejected, NFE: r.sol.NFE, Err: cause,
	}
}

// finish frees what the caller does not get and returns the outcome.
func (r *run) finish(err error) (Solution, error) {
	r.slope.Finalize()
	r.sol.State, r.sol.Status = r.y, Done
	if err == nil {
		return r.sol, nil
	}
	if !r.owned {
		r.sol.State = nil
	}
	r.sol.Finalize()
	r.sol.State, r.sol.Outputs, r.sol.Status = nil, nil, Invalid
	var failure *Failure
	if errors.As(err, &failure) {
		r.sol.Status = failure.Status
	}
	return r.sol, err
}
