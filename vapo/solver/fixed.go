package solver

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute"
)

// DefaultSteps is the number of steps of Fixed where neither Steps nor Grid is set.
const DefaultSteps = 50

const maxSteps = 10_000_000 // of Fixed

// Fixed integrates on a grid that is known beforehand: Steps equal steps, or the given Grid. The zero value is RK4
// with DefaultSteps.
type Fixed struct {
	Tableau Tableau         // zero: RK4
	Steps   int             // number of equal steps; 0: DefaultSteps
	Grid    []float64       // instead of Steps: the times from s0 to s1, such as an adaptive solution's grid to replay
	SaveAt  []float64       // times at which to keep the state, from s0 towards s1; those off the grid are added to it
	Backend compute.Backend // nil: the one that holds the state or the field's result
}

var _ Solver = Fixed{}

// Solve implements Solver. It checks after each step that the state is finite.
func (d Fixed) Solve(ctx context.Context, f Field, y State, s0, s1 float64) (Solution, error) {
	d, err := d.withDefaults()
	if err != nil {
		return Solution{}, err
	}
	r, err := newRun(ctx, d.Tableau, f, y, s0, s1, d.SaveAt)
	if err != nil {
		return Solution{}, err
	}
	grid, err := d.grid(r)
	if err != nil {
		return Solution{}, err
	}
	if err = r.start(d.Backend); err != nil {
		return r.finish(err)
	}
	for _, next := range grid[1:] {
		if err = d.advance(r, next); err != nil {
			break
		}
	}
	return r.finish(err)
}

// advance takes one step.
func (d Fixed) advance(r *run, next float64) error {
	t, err := r.attempt(next)
	if err != nil {
		return err
	}
	size, err := r.rms(t.y, []State{t.y}, 0, 1, 1)
	if err != nil || math.IsNaN(size) || math.IsInf(size, 0) {
		t.discard()
		if err == nil {
			err = r.fail(NotFinite, nil)
		}
		return err
	}
	return r.accept(t)
}

// withDefaults fills the zero values and checks the rest.
func (d Fixed) withDefaults() (Fixed, error) {
	if d.Tableau.isZero() {
		d.Tableau = RK4
	}
	if err := d.Tableau.Validate(); err != nil {
		return d, err
	}
	if d.Steps < 0 {
		return d, fmt.Errorf("solver: Steps = %d; give a positive number, or 0 for %d", d.Steps, DefaultSteps)
	}
	if d.Steps > maxSteps {
		return d, fmt.Errorf("solver: Steps = %d; at most %d are taken: float32 tells no finer steps apart", d.Steps, maxSteps)
	}
	if d.Grid != nil && d.Steps != 0 {
		return d, fmt.Errorf("solver: both Steps = %d and a Grid of %d times are set; give one of them", d.Steps, len(d.Grid))
	}
	if d.Steps == 0 && d.Grid == nil {
		d.Steps = DefaultSteps
	}
	return d, nil
}

// Times are those of its steps from s0 to s1, without SaveAt.
func (d Fixed) Times(s0, s1 float64) ([]float64, error) {
	d, err := d.withDefaults()
	if err != nil {
		return nil, err
	}
	grid := slices.Clone(d.Grid)
	if grid != nil {
		return grid, checkGrid(grid, s0, s1)
	}
	for i := range d.Steps {
		grid = append(grid, s0+(s1-s0)*float64(i)/float64(d.Steps))
	}
	return append(grid, s1), nil
}

// grid returns the times of the run, the requested ones among them.
func (d Fixed) grid(r *run) ([]float64, error) {
	grid, err := d.Times(r.s0, r.s1)
	if err != nil {
		return nil, err
	}
	span := r.s1 - r.s0
	// A requested time within rounding of a grid point is that point: 3·0.1 means 0.3.
	saveAt := slices.Clone(r.saveAt)
	for i, s := range saveAt {
		at := slices.IndexFunc(grid, func(g float64) bool { return math.Abs(g-s) <= 1e-12*math.Abs(span) })
		if at >= 0 {
			saveAt[i] = grid[at]
		}
	}
	r.saveAt = saveAt
	grid = append(grid, saveAt...)
	slices.SortFunc(grid, func(a, b float64) int {
		if (a-b)*span < 0 {
			return -1
		}
		if a == b {
			return 0
		}
		return 1
	})
	return slices.Compact(grid), nil
}

// checkGrid returns an error unless the grid runs strictly from s0 to s1.
func checkGrid(grid []float64, s0, s1 float64) error {
	if len(grid) < 2 || grid[0] != s0 || grid[len(grid)-1] != s1 {
		return fmt.Errorf("solver: Grid has %d times and must run from s0 = %v to s1 = %v exactly: %v", len(grid), s0, s1, grid)
	}
	for i, s := range grid[1:] {
		if !((s-grid[i])*(s1-s0) > 0) {
			return fmt.Errorf("solver: Grid must run strictly from s0 = %v to s1 = %v; entry %d is %v after %v",
				s0, s1, i+1, s, grid[i])
		}
	}
	return nil
}
