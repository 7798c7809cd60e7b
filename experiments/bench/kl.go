package bench

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/density"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// klTry is one way of training the potential of Figure 1.
type klTry struct {
	name   string
	change func(*vapo.Config)
}

// klTries are what was tried on the KL divergence, from Adam on single targets to Figure 1's own: a new one is one line here.
var klTries = []klTry{
	{"adam", func(c *vapo.Config) {}},
	{"adam-30k", func(c *vapo.Config) { c.Steps = 30_000 }},
	{"adam-averaged", func(c *vapo.Config) { c.Loss = "averaged" }},
	{"muon", func(c *vapo.Config) { klBest(c); c.Loss = "alignment" }},
	{"muon-averaged-4k", func(c *vapo.Config) { klBest(c); c.Steps = 4000 }},
	{"muon-averaged", klBest},
}

// klBest is Figure 1's training at preset quick.
func klBest(c *vapo.Config) {
	c.Optimizer, c.Loss, c.LearningRate, c.Steps = "muon", "averaged", 3e-3, 6000
}

// klClock is where the divergence is measured.
var klClock = []float64{0.2, 0.4, 0.6, 0.8, 1}

type klOptions struct {
	tries, homotopies []string
	seeds, draws      int
	steps             int // of every training, for tests; 0 takes the try's own
}

var kl = Bench{
	ID: "kl", Title: "What makes the KL divergence small",
	Short: "KL divergence of the flow of ring8 from the exact density, for every way of training that was tried",
	Long: `Trains the MLP of Figure 1 on ring8 in every way that was tried and measures KL(ρ_Φ ‖ ρ̄) along the path on scrambled Halton draws of the prior in
float64, with its mean without the 1 % of the draws at each end, the share of the draws off every mode, and the relative excess, which does not
rank the ways of training as KL does.`,
	Example: "  experiments bench kl\n  experiments bench kl --tries muon-averaged --homotopies posterior,straight --seeds 3",
	options: func(f *pflag.FlagSet) Measurement {
		o := &klOptions{}
		var names []string
		for _, t := range klTries {
			names = append(names, t.name)
		}
		f.StringSliceVar(&o.tries, "tries", names, "ways of training")
		f.StringSliceVar(&o.homotopies, "homotopies", []string{"posterior"}, "homotopies")
		f.IntVar(&o.seeds, "seeds", 1, "seeds of the training, from 0")
		f.IntVar(&o.draws, "draws", 8192, "draws of the prior")
		f.IntVar(&o.steps, "steps", 0, "training steps; 0 takes those of each way")
		return o
	},
	draw: drawKL,
}

func (o *klOptions) check() error {
	for _, name := range o.tries {
		if !slices.ContainsFunc(klTries, func(t klTry) bool { return t.name == name }) {
			return usage.Errorf("bench kl: unknown way of training %q; see --help", name)
		}
	}
	if err := checkHomotopies("kl", o.homotopies); err != nil {
		return err
	}
	if o.seeds < 1 || o.draws < 16 || o.steps < 0 {
		return usage.Errorf("bench kl: needs --seeds 1, --draws 16 and --steps 0 at least, got %d, %d and %d", o.seeds, o.draws, o.steps)
	}
	return nil
}

// klResult is one training and what its flow does.
type klResult struct {
	Try, Homotopy string
	Seed          int64
	Steps         int
	Seconds       float64 // of training
	Excess        float64
	density.Divergences
}

func (o *klOptions) measure(ctx context.Context, w *work) error {
	var all []klResult
	for _, path := range o.homotopies {
		for _, t := range klTries {
			if !slices.Contains(o.tries, t.name) {
				continue
			}
			for seed := range o.seeds {
				r, err := o.one(ctx, w, t, path, int64(seed))
				if err != nil {
					return err
				}
				last := len(r.S) - 1
				w.Say("%s, %s, seed %d: KL %.2g ± %.1g nats, excess %.2g %%, %d evaluations", path, t.name, seed, r.Value[last], r.StdErr[last], 100*r.Excess, r.NFE)
				all = append(all, r)
			}
		}
	}
	w.run.Tables = []record.Table{o.table(all)}
	return record.Metrics(w.run, all)
}

func (o *klOptions) one(ctx context.Context, w *work, t klTry, path string, seed int64) (klResult, error) {
	c := vapo.DefaultConfig()
	t.change(&c)
	c.Homotopy, c.Seed = path, seed
	if o.steps > 0 {
		c.Steps = o.steps
	}
	m, err := w.model(ctx, c)
	if err != nil {
		return klResult{}, err
	}
	name, err := keptName(m.Store, "kl-%d", o.draws)
	if err != nil {
		return klResult{}, err
	}
	return kept(w.Out, name, func() (klResult, error) {
		_, seconds := m.Trained()
		data := mixture.Ring8()
		excess, err := mixture.Excess(ctx, &m.Flow, data, 16384, 1)
		if err != nil {
			return klResult{}, err
		}
		divergence, err := density.KL(ctx, &m.Flow, solver.Adaptive{RTol: 1e-4, ATol: 1e-4}, data, klClock, o.draws, 1, nil)
		return klResult{t.name, path, seed, c.Steps, seconds, excess.Overall, divergence}, err
	})
}

// table has a row for each way of training and homotopy: the spread of three seeds and more, or one training's numbers.
func (o *klOptions) table(all []klResult) record.Table {
	spread := "the standard error over the scramblings of the draws"
	if o.seeds >= 3 {
		spread = fmt.Sprintf("the standard deviation over %d seeds of the training", o.seeds)
	}
	t := record.Table{
		Caption: fmt.Sprintf("KL(ρ_Φ ‖ ρ̄) of ring8 at s = 1 in nats, on %d scrambled Halton draws of the prior in float64, ± %s; its mean without the 1 %% of the draws at each end; "+
			"the share of the draws further than %g deviations from every mode, and of exact ones; the relative excess.", o.draws, spread, density.OffModeDeviations),
		Header: []string{"training", "homotopy", "steps", "KL", "trimmed", "off mode, %", "exact, %", "excess, %", "s of training"},
	}
	for rest := all; len(rest) > 0; {
		group := rest[:o.seeds]
		rest = rest[o.seeds:]
		first, last := group[0], len(group[0].S)-1
		cell := func(unit float64, of func(klResult) (value, stdErr float64)) string {
			var values []float64
			for _, r := range group {
				v, _ := of(r)
				values = append(values, unit*v)
			}
			mean, sd := stat.MeanStdDev(values, nil)
			if len(group) < 3 {
				_, sd = of(first)
				sd *= unit
			}
			return uncertainty.Text(mean, sd)
		}
		none := math.NaN()
		t.Rows = append(t.Rows, []string{
			first.Try, first.Homotopy, fmt.Sprint(first.Steps),
			cell(1, func(r klResult) (float64, float64) { return r.Value[last], r.StdErr[last] }),
			cell(1, func(r klResult) (float64, float64) { return r.Trimmed[last], none }),
			cell(100, func(r klResult) (float64, float64) { return r.OffMode[last], r.OffModeErr[last] }),
			fmt.Sprintf("%.2f", 100*first.OffModeExact[last]),
			cell(100, func(r klResult) (float64, float64) { return r.Excess, none }),
			fmt.Sprintf("%.0f", first.Seconds),
		})
	}
	return t
}

// drawKL shows KL against s of each way's first seed, in a panel for each homotopy.
func drawKL(p element.Page) error {
	all, err := record.ReadMetrics[klResult](p.Dir)
	if err != nil {
		return err
	}
	var panels []figures.LinePanel
	for _, r := range all {
		if len(panels) == 0 || panels[len(panels)-1].Title != r.Homotopy {
			panels = append(panels, figures.LinePanel{Title: r.Homotopy, X: "clock s", Y: "KL (nats)", LogY: true})
		}
		if panel := &panels[len(panels)-1]; r.Seed == 0 {
			panel.Series = append(panel.Series, figures.Series{Name: r.Try, X: r.S, Y: r.Value})
		}
	}
	return p.Lines("kl", "KL divergence of the flow's density from the exact ρ̄(·; s) along the path, for each way of training (seed 0); an estimate that falls below zero by its error is left out.", panels...)
}
