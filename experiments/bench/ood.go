package bench

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/spf13/pflag"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/density"
	"vapoflow/vapo/metric"
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
	choice, err := w.backend()
	if err != nil {
		return err
	}
	element, err := paper.Lookup("fig1")
	if err != nil {
		return err
	}
	settings, err := element.Settings(o.preset, paper.Recipes[0])
	if err != nil {
		return err
	}
	w.run.Preset, w.run.Recipe = o.preset, paper.Recipes[0]
	m, err := w.model(ctx, choice, settings.Config)
	if err != nil {
		return err
	}
	curves, err := newOOD(ctx, m, *o, func(s float64) { w.Say("scored at s = %g", s) })
	if err != nil {
		return err
	}
	w.run.Tables = []record.Table{curves.table(o.n)}
	for _, set := range curves.sets {
		for _, name := range oodScores {
			s, best := curves.best(set.name, name)
			w.run.Results[set.name+", "+name+": best AUROC"], w.run.Results[set.name+", "+name+": at s"] = best, s
		}
	}
	return curves.draw(w.run)
}

// oodScores are the scores in the order of the table; a larger one speaks against an input.
var oodScores = append(density.List.Names(), "exact log-density")

// oodCurves is AUROC[set][score][s].
type oodCurves struct {
	sets  []oodSet
	s     []float64
	auroc map[string]map[string][]uncertainty.Estimate
}

func newOOD(ctx context.Context, m *vapo.Model, o oodOptions, observe func(s float64)) (*oodCurves, error) {
	c := &oodCurves{sets: oodSets(), s: o.clock, auroc: map[string]map[string][]uncertainty.Estimate{}}
	for _, set := range c.sets {
		c.auroc[set.name] = map[string][]uncertainty.Estimate{}
	}
	ring := mixture.Ring8()
	for _, s := range o.clock {
		references, err := drawMarginal(m, ring, s, o.n, 1)
		if err != nil {
			return nil, err
		}
		scorer, err := density.NewScorer(ctx, &m.Flow, references.x, density.Scoring{S: s, Solver: solver.Adaptive{}, Batch: min(o.n, 512)})
		if err != nil {
			return nil, err
		}
		in, err := oodScore(ctx, m, scorer, ring, s, o.n, 2)
		if err != nil {
			return nil, err
		}
		for k, set := range c.sets {
			out, err := oodScore(ctx, m, scorer, set.data, s, o.n, 3+uint64(k))
			if err != nil {
				return nil, err
			}
			for _, name := range oodScores {
				area, stdErr, err := metric.DeLong(in[name], out[name])
				if err != nil {
					return nil, fmt.Errorf("%s against %s at s = %g: %w", name, set.name, s, err)
				}
				c.auroc[set.name][name] = append(c.auroc[set.name][name], uncertainty.Estimate{Value: area, StdErr: stdErr})
			}
		}
		observe(s)
	}
	return c, nil
}

// oodScore scores n draws of a mixture, placed on the path at s.
func oodScore(ctx context.Context, m *vapo.Model, scorer *density.Scorer, data mixture.Mixture, s float64, n int, seed uint64) (map[string][]float64, error) {
	at, err := m.Coefficients(s)
	if err != nil {
		return nil, err
	}
	points := data.SamplePath(at, n, seed)
	scores, err := scorer.Score(ctx, tensors.FromValue(points))
	if err != nil {
		return nil, err
	}
	exact, err := mixture.Optimal{Mixture: mixture.Ring8(), Homotopy: m.Homotopy}.Evaluate(m.Backend, points, s)
	scores.Named["exact log-density"] = minus(exact.LogDensity)
	return scores.Named, err
}

func minus(x []float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = -x[i]
	}
	return out
}

// best is the largest AUROC of a score, and the s that has it.
func (c *oodCurves) best(set, score string) (s, area float64) {
	for i, v := range c.auroc[set][score] {
		if v.Value > area {
			s, area = c.s[i], v.Value
		}
	}
	return s, area
}

func (c *oodCurves) table(n int) record.Table {
	t := record.Table{
		Caption: fmt.Sprintf("AUROC against ring8 for the model of Figure 1: %d samples of each set, placed on the path at s; ± is the standard error by DeLong's method.", n),
		Header:  []string{"set", "score"},
	}
	for _, s := range c.s {
		t.Header = append(t.Header, fmt.Sprintf("s = %g", s))
	}
	for _, set := range c.sets {
		for _, name := range oodScores {
			row := []string{set.name, name}
			for _, v := range c.auroc[set.name][name] {
				row = append(row, v.String())
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}

func (c *oodCurves) draw(run *record.Run) error {
	var d figures.LinesData
	for _, set := range c.sets {
		panel := figures.LinePanel{Title: set.name, X: "clock s", Y: "AUROC"}
		for _, name := range oodScores {
			curve := figures.Series{Name: name, X: c.s}
			for _, v := range c.auroc[set.name][name] {
				curve.Y, curve.Spread = append(curve.Y, v.Value), append(curve.Spread, v.StdErr)
			}
			panel.Series = append(panel.Series, curve)
		}
		d.Panels = append(d.Panels, panel)
	}
	f, err := figures.Lines(d)
	if err != nil {
		return err
	}
	return saveFigure(run, "auroc", f, "AUROC of each score against the clock s with its standard error, for three sets that a model of ring8 should tell from it.")
}
