package bench

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/spf13/pflag"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/density"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// oodSets are the sets that a model of ring8 should tell from it, from easy to hard: the ring turned by half the angle
// between two components has the ring's own radius.
func oodSets() []oodSet {
	ring := mixture.Ring8()
	for k := range ring.Means {
		sin, cos := math.Sincos(math.Pi / 8)
		x, y := ring.Means[k][0], ring.Means[k][1]
		ring.Means[k] = []float64{cos*x - sin*y, sin*x + cos*y}
	}
	return []oodSet{
		{"gauss2", mixture.Gauss2()},
		{"prior N(0, I)", mixture.Mixture{Means: [][]float64{{0, 0}}, Std: 1}},
		{"ring turned by π/8", ring},
	}
}

type oodSet struct {
	name string
	data mixture.Mixture
}

type oodOptions struct {
	preset string
	n      int
	clock  []float64 // the values of s at which inputs are scored
}

var ood = Bench{
	ID: "ood", Title: "Out-of-distribution scores against s",
	Short: "Out-of-distribution scores against s: AUROC of every score of the model of Figure 1",
	Long: `Trains the model of Figure 1 at a preset, or loads it where "run fig1" has trained it, and scores samples of ring8 and of three other sets, each placed
on the path at s, as μx + √v ε. The area under the ROC curve tells how well a score sets the others apart (½: not at all). The exact log-density
ranks at least as well as a score of ρ̄ alone can be expected to, and is measured beside them.`,
	Example: "  experiments bench ood\n  experiments bench ood --preset cpu --samples 5000",
	options: func(f *pflag.FlagSet) Measurement {
		o := &oodOptions{}
		f.StringVar(&o.preset, "preset", "quick", "of Figure 1: smoke, quick, cpu or paper")
		f.IntVar(&o.n, "samples", 1000, "samples of each set")
		f.Float64SliceVar(&o.clock, "s", []float64{0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95}, "values of the clock, increasing")
		return o
	},
	draw: element.Of(drawOOD),
}

func (o *oodOptions) check() error {
	if err := paper.CheckPreset(o.preset, paper.Recipes[0]); err != nil {
		return usage.Wrap(err)
	}
	if o.n < 10 || len(o.clock) == 0 || slices.Min(o.clock) <= 0 || slices.Max(o.clock) >= 1 {
		return usage.Errorf("bench ood: needs --samples 10 at least and --s inside (0, 1), got %d and %v", o.n, o.clock)
	}
	return nil
}

func (o *oodOptions) measure(ctx context.Context, w *work) error {
	element, err := paper.Lookup("fig1")
	if err != nil {
		return err
	}
	settings, err := element.Settings(o.preset, paper.Recipes[0])
	if err != nil {
		return err
	}
	w.run.Preset, w.run.Recipe = o.preset, paper.Recipes[0]
	m, err := w.model(ctx, settings.Config)
	if err != nil {
		return err
	}
	curves, err := measureOOD(ctx, m, *o, func(s float64) { w.Say("scored at s = %g", s) })
	if err != nil {
		return err
	}
	w.run.Tables = []record.Table{oodTable(curves, o.n)}
	for k, set := range oodSets() {
		for i, name := range oodScores {
			best := curves.Curve(name, k, i)
			at := slices.Index(best.Y, slices.Max(best.Y))
			w.run.Results[set.name+", "+name+": best AUROC"], w.run.Results[set.name+", "+name+": at s"] = best.Y[at], best.X[at]
		}
	}
	return w.save(curves)
}

// exactScore is the score that no other should beat.
const exactScore = "exact log-density"

// oodScores are the scores in the order of the table; a larger one speaks against an input.
var oodScores = append(density.List.Names(), exactScore)

func measureOOD(ctx context.Context, m *vapo.Model, o oodOptions, observe func(s float64)) (*measure.AUROC, error) {
	ring, curves := mixture.Ring8(), &measure.AUROC{}
	mixtures := []mixture.Mixture{ring}
	for _, set := range oodSets() {
		mixtures = append(mixtures, set.data)
	}
	points := func(data mixture.Mixture, s float64, seed uint64) ([][]float64, error) {
		at, err := m.Coefficients(s)
		return data.SamplePath(at, o.n, seed), err
	}
	inputs := func(data mixture.Mixture, seed uint64) measure.Inputs {
		return measure.Inputs{Name: fmt.Sprint("set ", seed), Place: func(s float64) (*tensors.Tensor, error) {
			x, err := points(data, s, seed)
			return tensors.FromValue(x), err
		}}
	}
	var sets []measure.Inputs
	for k, data := range mixtures {
		sets = append(sets, inputs(data, 2+uint64(k)))
	}
	for _, s := range o.clock {
		scores, err := measure.ScoresAt(ctx, &m.Flow, density.Scoring{S: s, Solver: solver.Adaptive{}, Batch: min(o.n, 512)}, inputs(ring, 1), sets, func() {})
		if err != nil {
			return nil, err
		}
		for k, data := range mixtures {
			x, err := points(data, s, 2+uint64(k))
			if err != nil {
				return nil, err
			}
			exact, err := mixture.Optimal{Mixture: ring, Homotopy: m.Homotopy}.Evaluate(m.Backend, x, s)
			if err != nil {
				return nil, err
			}
			scores[k][exactScore] = minus(exact.LogDensity)
		}
		areas, err := measure.Areas(scores, oodScores)
		if err != nil {
			return nil, fmt.Errorf("at s = %g: %w", s, err)
		}
		curves.Add(s, areas)
		observe(s)
	}
	return curves, nil
}

func minus(x []float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = -x[i]
	}
	return out
}

func oodTable(a *measure.AUROC, n int) record.Table {
	t := record.Table{
		Caption: fmt.Sprintf("AUROC against ring8 for the model of Figure 1: %d samples of each set, placed on the path at s; ± is the standard error by DeLong's method.", n),
		Header:  []string{"set", "score"},
	}
	for _, s := range a.S {
		t.Header = append(t.Header, fmt.Sprintf("s = %g", s))
	}
	for k, set := range oodSets() {
		for i, name := range oodScores {
			row, curve := []string{set.name, name}, a.Curve(name, k, i)
			for j := range a.S {
				row = append(row, uncertainty.Text(curve.Y[j], curve.Spread[j]))
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

// drawOOD has a panel for each set; sets and scores are those of the table's rows.
func drawOOD(p element.Page, a *measure.AUROC) error {
	var panels []figures.LinePanel
	scores := len(a.Area[0][0])
	for set := range a.Area {
		panel := figures.LinePanel{Title: p.Tables[0].Rows[set*scores][0], X: "clock s", Y: "AUROC"}
		for score := range scores {
			panel.Series = append(panel.Series, a.Curve(p.Tables[0].Rows[score][1], set, score))
		}
		panels = append(panels, panel)
	}
	return p.Lines("auroc", "AUROC of each score against the clock s with its standard error, for three sets that a model of ring8 should tell from it.", panels...)
}
