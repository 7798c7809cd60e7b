package measure

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/figures"
	"vapoflow/internal/numbers"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// Plane is what Figure 1 shows of a potential in the plane, beside the exact one. Fields are in clock units, dx/ds.
type Plane struct {
	S []float64 // [T] clock of each column
	T []float64 // [T] time t(s) of the homotopy; empty where it has none

	Mu, V, MuDot, VDot []float64 // [T] the homotopy's coefficients there

	Points, Field, FieldExact [][]pair // [T][n] draws of ρ̄(·; s), and ∇Φ and ∇Φ* there
	Grid                      []pair   // [g] where the arrows are drawn
	GridField, GridExact      [][]pair // [T][g]
	PathS                     []float64
	Paths, PathsExact         [][]pair // [K][particles] prior particles, carried by each field
	Density                   figures.Grid
	Means                     [][]float64 // [m][2] of the data's components
	Std                       float64     // their standard deviation
	Excess                    mixture.Report
	NFE                       int // evaluations for one draw of samples
	// root mean square distance of the particles from where the exact flow takes them, and its standard error
	EndError, EndErrorErr float64

	KL density.Divergences // of the flow from ρ̄(·; s); empty where it was not measured
}

// PlaneOptions are the choices of [NewPlane].
type PlaneOptions struct {
	Solver    solver.Solver // that carries the particles of the learned field
	Particles int
	KLSamples int // samples that estimate the KL divergence along the path; 0 leaves it out
	Seed      int64
}

const (
	planePoints = 512 // draws of ρ̄(·; s) per column
	planeGrid   = 13  // arrows along each axis
	planePath   = 50  // points on a particle's path
)

// effort is how many nodes along each axis the density has, and on how many samples the excess is
// measured: less of both where the exact potential sums over thousands of points.
func effort(data mixture.Mixture) (density, excess int) {
	if len(data.Means) > 1000 {
		return 101, 2048
	}
	return 201, 16384
}

var planeClock = []float64{0.1, 0.3, 0.5, 0.7, 0.9}

// NewPlane measures a trained potential of the plane against the exact one of its data.
func NewPlane(ctx context.Context, m *vapo.Model, data mixture.Mixture, o PlaneOptions) (*Plane, error) {
	if data.Dim() != 2 {
		return nil, fmt.Errorf("figure 1 needs data in the plane, got %d dimensions", data.Dim())
	}
	p := &Plane{S: planeClock, Means: data.Means, Std: data.Std}
	if timed, ok := m.Homotopy.(homotopy.Timed); ok {
		for _, s := range p.S {
			p.T = append(p.T, timed.Time(s))
		}
	}
	exact := mixture.Optimal{Mixture: data, Homotopy: m.Homotopy}
	limit := extent(data)
	arrows := Span(-limit*(1-1.0/planeGrid), limit*(1-1.0/planeGrid), planeGrid)
	for _, y := range arrows {
		for _, x := range arrows {
			p.Grid = append(p.Grid, round(pair{x, y}))
		}
	}
	if err := p.evaluate(m, exact, o.Seed); err != nil {
		return nil, err
	}
	if err := p.evaluateDensity(exact, limit); err != nil {
		return nil, err
	}
	if err := p.carry(ctx, m, exact, o); err != nil {
		return nil, err
	}
	if err := p.measureKL(ctx, m, data, o); err != nil {
		return nil, err
	}
	var err error
	_, samples := effort(data)
	p.Excess, err = mixture.Excess(ctx, &m.Flow, data, samples, uint64(o.Seed)+1)
	return p, err
}

// measureKL fills in KL(ρ_Φ(·; s) ‖ ρ̄(·; s)), the quantity that the method minimises.
func (p *Plane) measureKL(ctx context.Context, m *vapo.Model, data mixture.Mixture, o PlaneOptions) (err error) {
	if o.KLSamples == 0 || data.Std == 0 { // points have no density to compare with
		return nil
	}
	// Errors of the integration stay far below those of the estimate.
	p.KL, err = density.KL(ctx, &m.Flow, solver.Adaptive{RTol: 1e-4, ATol: 1e-4}, data, Span(0, 1, 6), o.KLSamples,
		uint64(o.Seed)+1, nil)
	if err != nil {
		return fmt.Errorf("the KL divergence along the path: %w", err)
	}
	return nil
}

// evaluate fills in the fields at the points and on the grid.
func (p *Plane) evaluate(m *vapo.Model, exact mixture.Optimal, seed int64) error {
	path, err := homotopy.Evaluate(backend.Host(), exact.Homotopy, p.S)
	if err != nil {
		return err
	}
	for _, c := range path {
		p.Mu, p.V, p.MuDot, p.VDot = append(p.Mu, c.Mu), append(p.V, c.V), append(p.MuDot, c.MuDot), append(p.VDot, c.VDot)
	}
	for k, s := range p.S {
		at := make([]pair, 0, planePoints+len(p.Grid))
		for _, x := range exact.Mixture.SamplePath(path[k], planePoints, uint64(seed)+uint64(k)+2) {
			at = append(at, round(pair{x[0], x[1]}))
		}
		at = append(at, p.Grid...)
		learned, err := evaluateField(m, at, s)
		if err != nil {
			return err
		}
		truth, err := exact.Evaluate(backend.Host(), slices2(at), s)
		if err != nil {
			return err
		}
		field := make([]pair, len(at))
		for i, u := range truth.Field {
			field[i] = pair{u[0], u[1]}
		}
		p.Points = append(p.Points, at[:planePoints])
		p.Field = append(p.Field, learned[:planePoints])
		p.FieldExact = append(p.FieldExact, field[:planePoints])
		p.GridField = append(p.GridField, learned[planePoints:])
		p.GridExact = append(p.GridExact, field[planePoints:])
	}
	return nil
}

func evaluateField(m *vapo.Model, at []pair, s float64) ([]pair, error) {
	flat := make([]float32, 0, 2*len(at))
	for _, x := range at {
		flat = append(flat, float32(x[0]), float32(x[1]))
	}
	phi, grad, err := m.Evaluate(tensors.FromFlatDataAndDimensions(flat, len(at), 2), s)
	if err != nil {
		return nil, err
	}
	defer phi.MustFinalizeAll()
	defer grad.MustFinalizeAll()
	return toPairs(grad), nil
}

func (p *Plane) evaluateDensity(exact mixture.Optimal, limit float64) error {
	nodes, _ := effort(exact.Mixture)
	axis := Span(-limit, limit, nodes)
	var at [][]float64
	for _, y := range axis {
		for _, x := range axis {
			at = append(at, []float64{x, y})
		}
	}
	values, err := exact.Evaluate(backend.Host(), at, 1)
	if err != nil {
		return err
	}
	p.Density = figures.Grid{X: axis, Y: axis}
	for j := range axis {
		row := make([]float64, len(axis))
		for i := range row {
			row[i] = math.Exp(values.LogDensity[j*len(axis)+i])
		}
		p.Density.Values = append(p.Density.Values, row)
	}
	return nil
}

// carry takes the same particles of the prior along the learned and along the exact field.
func (p *Plane) carry(ctx context.Context, m *vapo.Model, exact mixture.Optimal, o PlaneOptions) error {
	sol, err := m.Sample(ctx, o.Solver, o.Seed, 0, o.Particles)
	if err != nil {
		return err
	}
	sol.Finalize()
	p.NFE = sol.NFE
	p.PathS = pathClock(o.Solver)
	if p.Paths, err = paths(ctx, &m.Flow, o.Solver, p.PathS, o); err != nil {
		return err
	}
	truth := m.With(exact)
	if p.PathsExact, err = paths(ctx, truth, solver.Adaptive{}, p.PathS, o); err != nil {
		return err
	}
	last := len(p.PathS) - 1
	squares := make([]float64, o.Particles)
	for i, x := range p.Paths[last] {
		y := p.PathsExact[last][i]
		squares[i] = (x[0]-y[0])*(x[0]-y[0]) + (x[1]-y[1])*(x[1]-y[1])
	}
	mean, stdErr := uncertainty.Mean(squares)
	p.EndError = math.Sqrt(mean)
	p.EndErrorErr = stdErr / (2 * p.EndError)
	return nil
}

// pathClock is where the particles' paths are shown: at a fixed-step solver's own steps and no others.
func pathClock(with solver.Solver) []float64 {
	steps := planePath
	if fixed, ok := with.(solver.Fixed); ok {
		if steps = fixed.Steps; steps == 0 {
			steps = solver.DefaultSteps
		}
	}
	return Span(0, 1, steps+1)
}

// paths are the positions [len(at)][particles] of the prior's particles at the given clock values.
func paths(ctx context.Context, m *flow.Flow, with solver.Solver, at []float64, o PlaneOptions) ([][]pair, error) {
	switch s := with.(type) {
	case solver.Fixed:
		s.SaveAt = at
		with = s
	case solver.Adaptive:
		s.SaveAt = at
		with = s
	}
	sol, err := m.Sample(ctx, with, o.Seed, 0, o.Particles)
	if err != nil {
		return nil, err
	}
	defer sol.Finalize()
	var out [][]pair
	for _, y := range sol.Outputs {
		out = append(out, toPairs(y[0]))
	}
	return out, nil
}

// extent is half the side of the square drawn: the prior and the data fit in.
func extent(data mixture.Mixture) float64 {
	most := 2.5
	for _, m := range data.Means {
		most = max(most, math.Abs(m[0])+3*data.Std, math.Abs(m[1])+3*data.Std)
	}
	return 1.1 * most
}

// Span are n numbers, equally far apart, both ends included.
func Span(from, to float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = from + (to-from)*float64(i)/float64(n-1)
	}
	return out
}

// round takes the nearest float32, so that both fields are evaluated at the very same point.
func round(x pair) pair { return pair{float64(float32(x[0])), float64(float32(x[1]))} }

// pair is a point or vector of the plane.
type pair = [2]float64

// toPairs are the rows of x [n, 2].
func toPairs(x *tensors.Tensor) []pair {
	flat := numbers.Flat(x)
	out := make([]pair, len(flat)/2)
	for i := range out {
		out[i] = pair(flat[2*i:])
	}
	return out
}

func slices2(x []pair) [][]float64 {
	out := make([][]float64, len(x))
	for i := range x {
		out[i] = x[i][:]
	}
	return out
}
