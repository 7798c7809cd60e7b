package solver

import (
	"context"

	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
)

// Defaults of Adaptive.
const (
	DefaultTolerance = 1e-5
	DefaultMaxSteps  = 10_000
)

// Adaptive chooses its steps so that the estimated local error of each, as the RMS over all elements of the state of
// error/(ATol + RTol max(|y|, |y'|)), stays below 1 (as Hairer's codes and SciPy do). The whole batch shares one step
// size, so that a sample depends slightly on its batch: to draw it again alone, replay Solution.Grid with Fixed.
// The zero value is DormandPrince5 at DefaultTolerance.
type Adaptive struct {
	Tableau    Tableau         // one with an error estimate; zero: DormandPrince5
	RTol       float64         // relative tolerance; 0: DefaultTolerance
	ATol       float64         // absolute tolerance; 0: DefaultTolerance
	Controller Controller      // of the steps' sizes; zero: DefaultController
	MaxSteps   int             // limit of attempted steps, rejected ones included; 0: DefaultMaxSteps
	SaveAt     []float64       // times at which to keep the state, from s0 towards s1; steps are shortened to land on them
	Backend    compute.Backend // nil: the one that holds the state or the field's result
}

var _ Solver = Adaptive{}

// Solve implements Solver.
func (d Adaptive) Solve(ctx context.Context, f Field, y State, s0, s1 float64) (Solution, error) {
	d, err := d.withDefaults()
	if err != nil {
		return Solution{}, err
	}
	r, err := newRun(ctx, d.Tableau, f, y, s0, s1, d.SaveAt)
	if err != nil {
		return Solution{}, err
	}
	if err := d.checkResolution(y); err != nil {
		return Solution{}, err
	}
	if err = r.start(d.Backend); err == nil {
		err = d.integrate(r)
	}
	return r.finish(err)
}

// integrate takes steps until s1 is reached.
func (d Adaptive) integrate(r *run) error {
	h, err := d.firstStep(r)
	if err != nil {
		return err
	}
	control := d.Controller.start(d.Tableau.Order)
	status := StepTooSmall
	for r.s != r.s1 {
		if h < 16*resolution(r.s, r.s1) {
			return r.fail(status, nil)
		}
		if r.sol.Steps+r.sol.Rejected >= d.MaxSteps {
			return r.fail(MaxSteps, nil)
		}
		next, shortened := r.land(h)
		t, err := r.attempt(next)
		if err != nil {
			return err
		}
		e, err := d.errorNorm(r, t)
		if err != nil {
			t.discard()
			return err
		}
		used := math.Abs(t.next - r.s)
		if e <= 1 {
			proposal := used * control.accept(e)
			if shortened { // the longer step was not refuted
				proposal = max(proposal, h)
			}
			h, status = proposal, StepTooSmall
			if err := r.accept(t); err != nil {
				return err
			}
			continue
		}
		h = used * control.reject(e)
		if status = StepTooSmall; math.IsNaN(e) || math.IsInf(e, 0) {
			status = NotFinite
		}
		r.sol.Rejected++
		t.discard()
	}
	return nil
}

// land returns where a step of size h from the run's point ends, and whether that shortens it: on the next requested time or
// on s1 where these are within reach, halfway there where two steps reach them (rather than one long and one tiny),
// s ± h otherwise.
func (r *run) land(h float64) (next float64, shortened bool) {
	target := r.s1
	if len(r.saveAt) > 0 {
		target = r.saveAt[0]
	}
	left := target - r.s
	switch {
	case h >= math.Abs(left):
		return target, true
	case 2*h > math.Abs(left):
		return r.s + left/2, true
	default:
		return r.s + math.Copysign(h, left), false
	}
}

// errorNorm returns the scaled error of a trial; see Tableau.Error for how two estimates are combined.
func (d Adaptive) errorNorm(r *run, t *trial) (float64, error) {
	var e [2]float64
	for i, w := range d.Tableau.Error {
		norm, err := r.rms(t.y, t.slopes, d.RTol, d.ATol, w...)
		if err != nil {
			return 0, err
		}
		e[i] = norm * math.Abs(t.next-r.s)
	}
	if e[1] == 0 {
		return e[0], nil
	}
	return e[0] * e[0] / math.Hypot(e[0], 0.1*e[1]), nil
}

// resolution is the spacing of float64 at the larger of two times.
func resolution(a, b float64) float64 {
	x := max(math.Abs(a), math.Abs(b))
	return math.Nextafter(x, math.Inf(1)) - x
}

// withDefaults fills the zero values and checks the rest.
func (d Adaptive) withDefaults() (Adaptive, error) {
	if d.Tableau.isZero() {
		d.Tableau = DormandPrince5
	}
	if err := d.Tableau.Validate(); err != nil {
		return d, err
	}
	if !d.Tableau.Adaptive() {
		return d, fmt.Errorf("solver: %s has no error estimate; use Fixed, or Adaptive with another tableau such as dopri5",
			d.Tableau.Name)
	}
	for _, tol := range []*float64{&d.RTol, &d.ATol} {
		if *tol == 0 {
			*tol = DefaultTolerance
		}
		if !(*tol > 0) || math.IsInf(*tol, 0) {
			return d, fmt.Errorf("solver: RTol = %v, ATol = %v; give positive numbers, or 0 for %v",
				d.RTol, d.ATol, DefaultTolerance)
		}
	}
	if d.Controller == (Controller{}) {
		d.Controller = DefaultController
	}
	if err := d.Controller.check(); err != nil {
		return d, err
	}
	if d.MaxSteps < 0 {
		return d, fmt.Errorf("solver: MaxSteps = %d; give a positive number, or 0 for %d", d.MaxSteps, DefaultMaxSteps)
	}
	if d.MaxSteps == 0 {
		d.MaxSteps = DefaultMaxSteps
	}
	return d, nil
}

// checkResolution refuses tolerances that rounding hides.
func (d Adaptive) checkResolution(y State) error {
	for _, t := range y {
		eps := 0x1p-52
		if t.DType() == dtypes.Float32 {
			eps = 0x1p-23
		}
		if least := 4 * eps; d.RTol < least {
			return fmt.Errorf("solver: RTol = %v is finer than %s resolves; give at least %.1g or a float64 state",
				d.RTol, t.DType(), least)
		}
	}
	return nil
}
