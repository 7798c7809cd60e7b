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

	"github.com/spf13/pflag"

	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/figures"
	"vapoflow/vapo/solver"
)

var precision = Bench{
	ID: "work-precision", Title: "Work and precision of the solvers",
	Short: "Evaluations that solvers need for the same error, forward and backward, beside the peers'",
	Long: `Carries 128 points along three planar fields in float64, the exact one of ring8, Lotka–Volterra and that of a Gaussian with axes of 1 and 0.02:
forward, where the error is that of the ends, and backward with the integral of the divergence, where it is that of log-densities. The exact answers
are dopri8's at five digits more than the tightest tolerance. What is compared is the evaluations at equal error, read off each curve. The peers'
curves were recorded with experiments/peers/work_precision.py at tolerances 1e-3 to 1e-8. A last table compares step controllers on a fourth field.`,
	Example: "  experiments bench work-precision",
	options: func(f *pflag.FlagSet) Measurement {
		o := &precisionOptions{}
		f.IntVar(&o.from, "from", 3, "loosest tolerance, 1e-FROM")
		f.IntVar(&o.to, "to", 8, "tightest tolerance, 1e-TO")
		return o
	},
	manyBackends: true,
	draw:         drawWork,
}

type precisionOptions struct{ from, to int }

func (o *precisionOptions) check() error {
	if o.from < 1 || o.to < o.from || o.to > 11 {
		return usage.Errorf("bench work-precision: tolerances run from 1e-FROM to 1e-TO with 1 ≤ FROM ≤ TO ≤ 11, got %d and %d", o.from, o.to)
	}
	return nil
}

// tolerances are quarters of a decade.
func (o *precisionOptions) tolerances() (out []float64) {
	for k := range 4*(o.to-o.from) + 1 {
		out = append(out, math.Pow(10, -float64(o.from)-float64(k)/4))
	}
	return out
}

// workCurve is what a method costs and achieves.
type workCurve struct {
	Package   string      `json:"package"`
	Method    string      `json:"method"`
	Problem   string      `json:"problem"`
	Direction string      `json:"direction"` // forward or backward
	Points    []workPoint `json:"points"`
}

type workPoint struct {
	Tolerance float64 `json:"tolerance,omitempty"` // 0 where steps are fixed
	NFE       int     `json:"nfe"`
	Error     float64 `json:"error"` // forward the largest of a coordinate at the end, backward the largest of a log-density
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

// rivals pairs our methods with the peers' of the same kind; SciPy has no tsit5.
var rivals = map[string][]string{
	"bosh3":  {"scipy RK23", "torchdiffeq bosh3", "diffrax Bosh3"},
	"dopri5": {"scipy RK45", "torchdiffeq dopri5", "diffrax Dopri5"},
	"tsit5":  {"scipy RK45", "diffrax Tsit5"},
	"dopri8": {"scipy DOP853", "torchdiffeq dopri8", "diffrax Dopri8"},
}

// controllers are what was tried on the tuning problem, the peers' first and our default last.
var controllers = []struct {
	name string
	solver.Controller
}{
	{"I, safety 0.9 (SciPy's and the others')", solver.Controller{Safety: 0.9, I: 1, MinFactor: 0.2, MaxFactor: 10}},
	{"I, safety 0.8", solver.Controller{Safety: 0.8, I: 1, MinFactor: 0.2, MaxFactor: 4}},
	{"I, safety 0.65", solver.Controller{Safety: 0.65, I: 1, MinFactor: 0.2, MaxFactor: 4}},
	{"PI 0.2, 0.65, safety 0.75 (before)", formerController},
	{"PI 0.4, 0.3, safety 0.9", solver.Controller{Safety: 0.9, P: 0.4, I: 0.3, MinFactor: 0.2, MaxFactor: 10}},
	{"PI 0.2, 0.8, safety 0.65", solver.Controller{Safety: 0.65, P: 0.2, I: 0.8, MinFactor: 0.2, MaxFactor: 4}},
	{"PID 0.1, 0.9, 0.1, safety 0.65", solver.Controller{Safety: 0.65, P: 0.1, I: 0.9, D: 0.1, MinFactor: 0.2, MaxFactor: 4}},
	{"PI 0.1, 0.9, safety 0.65 (ours)", solver.DefaultController},
}

// formerController was the default before, there with a floor of 1e-4 under errors.
var formerController = solver.Controller{Safety: 0.75, P: 0.2, I: 0.65, MinFactor: 0.2, MaxFactor: 10}

func (o *precisionOptions) measure(ctx context.Context, w *work) error {
	var peers peersWork
	if err := json.Unmarshal(peersRecord, &peers); err != nil {
		return fmt.Errorf("work_precision.json: %w", err)
	}
	var versions []string
	for _, name := range slices.Sorted(maps.Keys(peers.Versions)) {
		versions = append(versions, name+" "+peers.Versions[name])
	}
	w.run.Note("Peers, recorded with experiments/peers/work_precision.py: %s.", strings.Join(versions, ", "))
	if len(peers.Missing) > 0 {
		w.run.Note("Not measured, because not installed there: %s.", strings.Join(peers.Missing, ", "))
	}
	ours, former, err := o.curves(ctx, w)
	if err != nil {
		return err
	}
	tried, err := o.tune(ctx)
	if err != nil {
		return err
	}
	w.run.Tables = []record.Table{
		rivalTable(w.run, ours, former, peers.Curves),
		toleranceTable(slices.Concat(ours, peers.Curves), o.from, o.to),
		controllerTable(w.run, tried),
	}
	return record.Metrics(w.run, slices.Concat(ours, former, tried, peers.Curves))
}

// curves measures our adaptive methods on every problem, and dopri5 with the former controller.
func (o *precisionOptions) curves(ctx context.Context, w *work) (ours, former []workCurve, err error) {
	count, done := w.Count("curves"), 0
	for _, p := range workProblems {
		exact, err := p.solveExactly(ctx, o.to)
		if err != nil {
			return nil, nil, err
		}
		for _, direction := range directions {
			for method := range rivals {
				t, err := solver.List.Find(method)
				if err != nil {
					return nil, nil, err
				}
				c, err := exact.curve(ctx, t, solver.DefaultController, direction, o.tolerances())
				if err != nil {
					return nil, nil, err
				}
				c.Package, c.Method = "vapoflow", method
				ours = append(ours, c)
				done++
				count(done, len(workProblems)*len(directions)*len(rivals))
			}
			c, err := exact.curve(ctx, solver.DormandPrince5, formerController, direction, o.tolerances())
			if err != nil {
				return nil, nil, err
			}
			c.Package, c.Method = "vapoflow before", "dopri5"
			former = append(former, c)
		}
	}
	slices.SortStableFunc(ours, func(a, b workCurve) int { return strings.Compare(a.Method, b.Method) })
	return ours, former, nil
}

// tune measures the controllers with dopri5 and dopri8 on the tuning problem.
func (o *precisionOptions) tune(ctx context.Context) (tried []workCurve, err error) {
	exact, err := tuningProblem.solveExactly(ctx, o.to)
	if err != nil {
		return nil, err
	}
	for _, direction := range directions {
		for _, t := range []solver.Tableau{solver.DormandPrince5, solver.DormandPrince8} {
			for _, with := range controllers {
				c, err := exact.curve(ctx, t, with.Controller, direction, o.tolerances())
				if err != nil {
					return nil, err
				}
				c.Package, c.Method = with.name, t.Name
				tried = append(tried, c)
			}
		}
	}
	return tried, nil
}

func (c workCurve) name() string { return c.Package + " " + c.Method }

// evaluations reads what a curve needs for an error, log-log; it is NaN where the curve does not reach.
func (c workCurve) evaluations(err float64) float64 {
	points := c.sorted()
	if err > points[0].Error || err < points[len(points)-1].Error {
		return math.NaN()
	}
	j := 1
	for j < len(points)-1 && points[j].Error > err {
		j++
	}
	a, b := points[max(0, j-1)], points[min(j, len(points)-1)]
	if a.Error == b.Error {
		return float64(b.NFE)
	}
	f := math.Log(err/a.Error) / math.Log(b.Error/a.Error)
	return float64(a.NFE) * math.Pow(float64(b.NFE)/float64(a.NFE), f)
}

// sorted are the points from the largest error to the smallest, which a tighter tolerance does not always make smaller.
func (c workCurve) sorted() []workPoint {
	return slices.SortedStableFunc(slices.Values(c.Points), func(a, b workPoint) int {
		switch {
		case a.Error > b.Error:
			return -1
		case a.Error < b.Error:
			return 1
		}
		return 0
	})
}

// share is one curve's evaluations over another's at equal errors: the geometric mean over the errors 1, 10^−⅛, … that both reach, with its range.
type share struct{ mean, least, most float64 }

func (c workCurve) over(b workCurve) share {
	sum, n := 0.0, 0
	s := share{math.NaN(), math.Inf(1), 0}
	for k := range 12 * 8 {
		err := math.Pow(10, -float64(k)/8)
		if r := c.evaluations(err) / b.evaluations(err); !math.IsNaN(r) {
			sum, n = sum+math.Log(r), n+1
			s.least, s.most = min(s.least, r), max(s.most, r)
		}
	}
	if n > 0 {
		s.mean = math.Exp(sum / float64(n))
	}
	return s
}

func (s share) text() string {
	if math.IsNaN(s.mean) {
		return "–"
	}
	return fmt.Sprintf("%.2f (%.2f to %.2f)", s.mean, s.least, s.most)
}

// drawWork gives each problem a panel with dopri5 of all packages, in a figure for each direction.
func drawWork(p element.Page) error {
	curves, err := record.ReadMetrics[workCurve](p.Dir)
	if err != nil {
		return err
	}
	for _, direction := range directions {
		var panels []figures.LinePanel
		for _, problem := range workProblems {
			panel := figures.LinePanel{Title: problem.name, X: "evaluations", LogX: true, LogY: true}
			for _, c := range curves {
				if c.Problem != problem.name || c.Direction != direction || c.Method != "dopri5" && !slices.Contains(rivals["dopri5"], c.name()) {
					continue
				}
				series := figures.Series{Name: c.Package}
				for _, point := range slices.SortedStableFunc(slices.Values(c.Points), func(a, b workPoint) int { return a.NFE - b.NFE }) {
					series.X, series.Y = append(series.X, float64(point.NFE)), append(series.Y, point.Error)
				}
				panel.Series = append(panel.Series, series)
			}
			panels = append(panels, panel)
		}
		panels[0].Y = map[string]string{"forward": "largest error of a coordinate", "backward": "largest error of a log-density"}[direction]
		f, err := figures.Lines(figures.LinesData{Panels: panels, Aspect: 1})
		if err != nil {
			return err
		}
		if err := p.Figure("work-precision-"+direction, f, "Dormand–Prince 5(4) of four packages, and ours with its former controller, "+direction+": left and below is better."); err != nil {
			return err
		}
	}
	return nil
}
