package bench

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/spf13/pflag"

	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// inversionClock are the values of s at which Φ is inverted.
var inversionClock = []float64{0.25, 0.5, 0.75, 0.9}

// densityProblem is a Gaussian, with the mean error in nats that a plain MLP should reach by the flow.
type densityProblem struct {
	data   mixture.Mixture
	target float64
}

var densityProblems = map[string]densityProblem{"gauss2": {mixture.Gauss2(), 0.03}, "gauss16": {mixture.Gauss16(), 0.15}}

type densityOptions struct {
	problems, homotopies []string
	steps, n             int
}

var densities = Bench{
	ID: "density", Title: "Log-density against closed forms",
	Short: "Log-density of a plain MLP by the flow and by inversion, against closed forms",
	Long: `Trains the MLP of Figure 1 on gauss2 and gauss16 by alignment and compares its log-density with the exact log ρ̄(·; s) at fresh samples of ρ̄(·; s):
by the backward flow from s = 1 with the exact Laplacian, with the exact potential in the network's place, and by inversion of Φ at interior
s, anchored to the flow's log-density at other points. In the plane, exp of the flow's log-density is summed over a grid. All in float64.`,
	Example: "  experiments bench density\n  experiments bench density --steps 500 --points 100",
	options: func(f *pflag.FlagSet) Measurement {
		o := &densityOptions{}
		f.StringSliceVar(&o.problems, "problems", []string{"gauss2", "gauss16"}, "data sets")
		f.StringSliceVar(&o.homotopies, "homotopies", []string{"straight", "posterior"}, "homotopies")
		f.IntVar(&o.steps, "steps", 10_000, "training steps")
		f.IntVar(&o.n, "points", 500, "points at which densities are compared")
		return o
	},
}

func (o *densityOptions) check() error {
	if o.steps < 1 || o.n < 2 {
		return usage.Errorf("bench density: needs --steps 1 and --points 2 at least, got %d and %d", o.steps, o.n)
	}
	for _, name := range o.problems {
		if _, ok := densityProblems[name]; !ok {
			return usage.Errorf("bench density: unknown problem %q; choose from gauss2, gauss16", name)
		}
	}
	if err := checkHomotopies("density", o.homotopies); err != nil {
		return err
	}
	return nil
}

// densityResult is one row of the table; errors are means of absolute differences, in nats.
type densityResult struct {
	Problem, Homotopy string
	Flow, Oracle      uncertainty.Estimate
	Inversion         []uncertainty.Estimate // at inversionClock
	Mass              float64                // ∫ρ_Φ(·; 1); NaN where it is not in the plane
	NFE               int                    // of the flow from s = 1 to 0
}

func (o *densityOptions) measure(ctx context.Context, w *work) error {
	table := record.Table{
		Caption: fmt.Sprintf("Mean absolute error of the log-density in nats at %d samples of ρ̄(·; s), MLP 3×128 after %d steps of batch 256 by alignment; ± is the standard error of the samples, of one training.", o.n, o.steps),
		Header:  []string{"problem", "homotopy", "flow, s = 1", "to reach", "evaluations", "exact potential", "∫ exp − 1"},
	}
	for _, s := range inversionClock {
		table.Header = append(table.Header, fmt.Sprintf("inversion, s = %g", s))
	}
	for _, name := range o.problems {
		p := densityProblems[name]
		for _, path := range o.homotopies {
			config := vapo.DefaultConfig()
			config.Data, config.Homotopy, config.Steps = name, path, o.steps
			m, err := w.model(ctx, config)
			if err != nil {
				return err
			}
			r, err := measureDensity(ctx, m, p.data, o.n)
			if err != nil {
				return fmt.Errorf("%s, %s homotopy: %w", name, path, err)
			}
			r.Problem, r.Homotopy = name, path
			table.Rows = append(table.Rows, r.row(p.target))
			r.keep(w.run)
		}
	}
	w.run.Tables = []record.Table{table}
	return nil
}

func (r densityResult) row(target float64) []string {
	mass := "–"
	if !math.IsNaN(r.Mass) {
		mass = fmt.Sprintf("%.0e", r.Mass-1)
	}
	row := []string{r.Problem, r.Homotopy, r.Flow.String(), fmt.Sprintf("%g", target), fmt.Sprint(r.NFE), fmt.Sprintf("%.0e", r.Oracle.Value), mass}
	for _, e := range r.Inversion {
		row = append(row, e.String())
	}
	return row
}

func (r densityResult) keep(run *record.Run) {
	name := r.Problem + ", " + r.Homotopy + ": "
	run.Results[name+"error by the flow"], run.Results[name+"error of the exact potential"] = r.Flow.Value, r.Oracle.Value
	for i, s := range inversionClock {
		run.Results[fmt.Sprintf("%serror by inversion at s = %g", name, s)] = r.Inversion[i].Value
	}
	if !math.IsNaN(r.Mass) {
		run.Results[name+"mass"] = r.Mass
	}
}

// densitySolver is exact enough for a trained network; the exact potential is integrated to exactSolver's tolerance.
var (
	densitySolver = solver.Adaptive{RTol: 1e-6, ATol: 1e-6}
	exactSolver   = solver.Adaptive{Tableau: solver.DormandPrince8, RTol: 1e-9, ATol: 1e-9}
)

func measureDensity(ctx context.Context, m *vapo.Model, data mixture.Mixture, n int) (r densityResult, err error) {
	network, exact := &m.Flow, m.With(mixture.Optimal{Mixture: data, Homotopy: m.Homotopy})
	end, err := drawMarginal(m, data, 1, n, 1)
	if err != nil {
		return r, err
	}
	along, err := density.LogDensity(ctx, network, densitySolver, end.x, 1, nil)
	if err != nil {
		return r, err
	}
	r.Flow, r.NFE = meanDistance(along.Value, end.exact), along.NFE
	if along, err = density.LogDensity(ctx, exact, exactSolver, end.x, 1, nil); err != nil {
		return r, err
	}
	r.Oracle = meanDistance(along.Value, end.exact)
	for _, s := range inversionClock {
		e, err := inversionError(ctx, network, m, data, s, n)
		if err != nil {
			return r, err
		}
		r.Inversion = append(r.Inversion, e)
	}
	r.Mass = math.NaN()
	if data.Dim() == 2 {
		r.Mass, err = planeMass(ctx, network, data)
	}
	return r, err
}

// marginal is a draw from ρ̄(·; s) with its exact log-density.
type marginal struct {
	x     *tensors.Tensor
	exact []float64
}

func drawMarginal(m *vapo.Model, data mixture.Mixture, s float64, n int, seed uint64) (marginal, error) {
	c, err := m.Coefficients(s)
	if err != nil {
		return marginal{}, err
	}
	x := data.SamplePath(c, n, seed)
	exact, err := mixture.Optimal{Mixture: data, Homotopy: m.Homotopy}.Evaluate(m.Backend, x, s)
	return marginal{tensors.FromValue(x), exact.LogDensity}, err
}

// inversionError anchors Φ at a quarter of the points to the flow and is tested at others.
func inversionError(ctx context.Context, network *flow.Flow, m *vapo.Model, data mixture.Mixture, s float64, n int) (e uncertainty.Estimate, err error) {
	anchors, err := drawMarginal(m, data, s, max(2, n/4), 2)
	if err != nil {
		return e, err
	}
	along, err := density.LogDensity(ctx, network, densitySolver, anchors.x, s, nil)
	if err != nil {
		return e, err
	}
	inversion, err := density.Invert(network, anchors.x, along.Value, s, nil)
	if err != nil {
		return e, err
	}
	fresh, err := drawMarginal(m, data, s, n, 3)
	if err != nil {
		return e, err
	}
	values, err := inversion.LogDensity(network, fresh.x)
	return meanDistance(values, fresh.exact), err
}

// planeMass sums the flow's density at s = 1 over a grid that reaches five deviations from the data's mean; for a smooth density the
// error of the sum is far below that of the flow.
func planeMass(ctx context.Context, network *flow.Flow, data mixture.Mixture) (float64, error) {
	const side = 20
	half := 5 * data.Std
	step := 2 * half / side
	var grid [][]float64
	for i := range side {
		for j := range side {
			grid = append(grid, []float64{data.Means[0][0] - half + (float64(i)+0.5)*step, data.Means[0][1] - half + (float64(j)+0.5)*step})
		}
	}
	along, err := density.LogDensity(ctx, network, solver.Adaptive{}, tensors.FromValue(grid), 1, nil)
	mass := 0.0
	for _, v := range along.Value {
		mass += math.Exp(v) * step * step
	}
	return mass, err
}

func meanDistance(a, b []float64) uncertainty.Estimate {
	distance := make([]float64, len(a))
	for i := range a {
		distance[i] = math.Abs(a[i] - b[i])
	}
	mean, stdErr := uncertainty.Mean(distance)
	return uncertainty.Estimate{Value: mean, StdErr: stdErr}
}
