package bench

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/spf13/pflag"

	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/figures"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

var precision = Bench{
	ID: "work-precision", Title: "Work and precision of the solvers",
	Short: "Evaluations and errors of the solvers on the exact field of ring8, beside the peers'",
	Long: `Carries 512 points along the exact field u* of ring8 (straight homotopy, float64) with every solver and compares the ends with
dopri8 at five digits more than the tightest tolerance (1e-13). The peers' numbers were recorded with experiments/peers/work_precision.py on the same field, points and tolerances.`,
	Example: "  experiments bench work-precision",
	options: func(f *pflag.FlagSet) Measurement {
		o := &precisionOptions{}
		f.IntVar(&o.from, "from", 3, "loosest tolerance, 1e-FROM")
		f.IntVar(&o.to, "to", 8, "tightest tolerance, 1e-TO")
		return o
	},
}

type precisionOptions struct{ from, to int }

func (o *precisionOptions) check() error {
	if o.from < 1 || o.to < o.from || o.to > 11 {
		return usage.Errorf("bench work-precision: tolerances run from 1e-FROM to 1e-TO with 1 ≤ FROM ≤ TO ≤ 11, got %d and %d", o.from, o.to)
	}
	return nil
}

// workCurve is what a method costs and achieves.
type workCurve struct {
	Package string      `json:"package"`
	Method  string      `json:"method"`
	Points  []workPoint `json:"points"`
}

type workPoint struct {
	Tolerance float64 `json:"tolerance,omitempty"` // 0 where steps are fixed
	NFE       int     `json:"nfe"`
	Error     float64 `json:"error"` // largest of a coordinate at s = 1
}

// peersRecord is what experiments/peers/work_precision.py wrote.
//
//go:embed work_precision.json
var peersRecord []byte

type peersWork struct {
	Versions map[string]string `json:"versions"`
	Curves   []workCurve       `json:"curves"`
	Missing  []string          `json:"missing"`
}

// rivals pairs our methods with the peers' of the same kind.
var rivals = map[string][]string{
	"bosh3":  {"scipy RK23", "torchdiffeq bosh3", "diffrax Bosh3"},
	"dopri5": {"scipy RK45", "torchdiffeq dopri5", "diffrax Dopri5"},
	"tsit5":  {"scipy RK45", "diffrax Tsit5"},
	"dopri8": {"scipy DOP853", "torchdiffeq dopri8", "diffrax Dopri8"},
}

// fixedBudgets are the evaluations of methods without an error estimate: one for each tolerance of the others.
func fixedBudgets(from, to int) (budgets []int) {
	for e := from; e <= to; e++ {
		budgets = append(budgets, 32<<(e-from))
	}
	return budgets
}

func (o *precisionOptions) measure(ctx context.Context, w *work) error {
	from, to := o.from, o.to
	var peers peersWork
	if err := json.Unmarshal(peersRecord, &peers); err != nil {
		return fmt.Errorf("work_precision.json: %w", err)
	}
	problem, err := newRingProblem(ctx, math.Pow10(-min(to+5, 13)))
	if err != nil {
		return err
	}
	adaptive, fixed, err := problem.curves(ctx, from, to)
	if err != nil {
		return err
	}
	var versions []string
	for _, name := range slices.Sorted(maps.Keys(peers.Versions)) {
		versions = append(versions, name+" "+peers.Versions[name])
	}
	w.run.Note("Peers, recorded with experiments/peers/work_precision.py: %s.", strings.Join(versions, ", "))
	if len(peers.Missing) > 0 {
		w.run.Note("Not measured, because not installed there: %s.", strings.Join(peers.Missing, ", "))
	}
	all := append(slices.Clone(adaptive), peers.Curves...)
	w.run.Tables = []record.Table{
		toleranceTable(all, from, to),
		fixedTable(fixed, fixedBudgets(from, to)),
		rivalTable(w.run, adaptive, peers.Curves),
	}
	if err := drawWork(w.run, adaptive, peers.Curves); err != nil {
		return err
	}
	return record.Metrics(w.run, slices.Concat(all, fixed))
}

// ringProblem is the exact field of ring8 on the straight path, in float64.
type ringProblem struct {
	field solver.Field
	exact []float64 // the ends of the 512 points, by dopri8 at a tolerance far below all others
}

func newRingProblem(ctx context.Context, tolerance float64) (*ringProblem, error) {
	path := homotopy.Straight{Omega: 1}
	oracle := mixture.Optimal{Mixture: mixture.Ring8(), Homotopy: path}
	exec, err := model.NewExec(backend.Host(), model.NewStore(), func(scope *model.Scope, x, s *graph.Node) *graph.Node {
		return oracle.Field(scope, x, path.At(graph.BroadcastToDims(s, x.Shape().Dim(0))))
	})
	if err != nil {
		return nil, err
	}
	p := &ringProblem{field: func(s float64, y solver.State) (solver.State, error) { return exec.Call(y[0], s) }}
	_, p.exact, err = p.solve(ctx, solver.Adaptive{Tableau: solver.DormandPrince8, RTol: tolerance, ATol: tolerance})
	return p, err
}

// solve returns the evaluations and the ends.
func (p *ringProblem) solve(ctx context.Context, with solver.Solver) (nfe int, end []float64, err error) {
	solution, err := with.Solve(ctx, p.field, solver.State{sunflower(512)}, 0, 1)
	if err != nil {
		return 0, nil, err
	}
	defer solution.Finalize()
	return solution.NFE, tensors.MustCopyFlatData[float64](solution.State[0]), nil
}

// sunflower spreads n points as N(0, I): their radii are the quantiles of the Rayleigh distribution.
func sunflower(n int) *tensors.Tensor {
	x := make([]float64, 0, 2*n)
	for i := range n {
		r := math.Sqrt(-2 * math.Log((float64(i)+0.5)/float64(n)))
		sin, cos := math.Sincos(float64(i) * math.Pi * (3 - math.Sqrt(5)))
		x = append(x, r*cos, r*sin)
	}
	return tensors.FromFlatDataAndDimensions(x, n, 2)
}

// measure is one point of a curve.
func (p *ringProblem) measure(ctx context.Context, with solver.Solver, tolerance float64) (workPoint, error) {
	nfe, end, err := p.solve(ctx, with)
	worst := 0.0
	for i := range end {
		worst = math.Max(worst, math.Abs(end[i]-p.exact[i]))
	}
	return workPoint{tolerance, nfe, worst}, err
}

// curves measures all our solvers, at tolerances 1e-from to 1e-to or at fixed budgets.
func (p *ringProblem) curves(ctx context.Context, from, to int) (adaptive, fixed []workCurve, err error) {
	for _, tableau := range solver.List.All() {
		curve := workCurve{Package: "vapoflow", Method: tableau.Name}
		if tableau.Adaptive() {
			for e := from; e <= to; e++ {
				tolerance := math.Pow10(-e)
				point, err := p.measure(ctx, solver.Adaptive{Tableau: tableau, RTol: tolerance, ATol: tolerance}, tolerance)
				if err != nil {
					return nil, nil, err
				}
				curve.Points = append(curve.Points, point)
			}
			adaptive = append(adaptive, curve)
			continue
		}
		for _, budget := range fixedBudgets(from, to) {
			point, err := p.measure(ctx, solver.Fixed{Tableau: tableau, Steps: budget / tableau.Stages()}, 0)
			if err != nil {
				return nil, nil, err
			}
			curve.Points = append(curve.Points, point)
		}
		fixed = append(fixed, curve)
	}
	return adaptive, fixed, nil
}

func (c workCurve) name() string { return c.Package + " " + c.Method }

// at reads the error of a curve at n evaluations, log-log; it is NaN where the curve does not reach.
func (c workCurve) at(n int) float64 {
	points := c.sorted()
	if n < points[0].NFE || n > points[len(points)-1].NFE {
		return math.NaN()
	}
	j := 1
	for points[j].NFE < n {
		j++
	}
	a, b := points[j-1], points[j]
	f := math.Log(float64(n)/float64(a.NFE)) / math.Log(float64(b.NFE)/float64(a.NFE))
	return a.Error * math.Pow(b.Error/a.Error, f)
}

// sorted are the points by evaluations, which a looser tolerance does not always save.
func (c workCurve) sorted() []workPoint {
	return slices.SortedFunc(slices.Values(c.Points), func(a, b workPoint) int { return a.NFE - b.NFE })
}

// drawWork gives each of our methods a panel with the peers' of the same kind.
func drawWork(run *record.Run, ours, peers []workCurve) error {
	var panels []figures.LinePanel
	for _, c := range ours {
		panel := figures.LinePanel{Title: c.Method, X: "evaluations", LogX: true, LogY: true}
		for _, curve := range append([]workCurve{c}, peers...) {
			if curve.Package != c.Package && !slices.Contains(rivals[c.Method], curve.name()) {
				continue
			}
			series := figures.Series{Name: curve.Package}
			for _, p := range curve.sorted() {
				series.X, series.Y = append(series.X, float64(p.NFE)), append(series.Y, p.Error)
			}
			panel.Series = append(panel.Series, series)
		}
		panels = append(panels, panel)
	}
	panels[0].Y = "largest error at s = 1"
	f, err := figures.Lines(figures.LinesData{Panels: panels, Aspect: 1.3})
	if err != nil {
		return err
	}
	return saveFigure(run, "work-precision", f, "Work and precision on the exact field of ring8 (straight homotopy, 512 points, float64), our methods and the peers' of the same kind (SciPy has no tsit5; RK45 stands there): left and below is better.")
}
