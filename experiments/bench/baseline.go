package bench

import (
	"context"
	"fmt"

	"github.com/spf13/pflag"

	"vapoflow/experiments/baseline"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/internal/uncertainty"
)

var rivalry = Bench{
	ID: "baseline", Title: "The potential flow beside its rivals",
	Short: "VAPO beside flow matching and contrastive divergence: distance to the data, and runs that diverge",
	Long: `Trains the same network on ring8 in the same loop as a potential by alignment, as a vector field by flow matching, and as an energy by
contrastive divergence with Langevin chains, at three learning rates and several seeds. A run diverges where its loss is no number or passes
1,000 per dimension, or where more than 1 % of its samples leave the square of side 20: the paper's claim is that a potential flow does not.`,
	Example: "  experiments bench baseline\n  experiments bench baseline --steps 200 --seeds 1",
	options: func(f *pflag.FlagSet) Measurement {
		o := &rivalryOptions{Options: baseline.DefaultOptions()}
		f.BoolVar(&o.smoke, "smoke", false, "seconds of a tiny network, which show that it runs and nothing else")
		f.IntVar(&o.Training.Steps, "steps", o.Training.Steps, "training steps")
		f.IntVar(&o.seeds, "seeds", len(o.Seeds), "seeds, from 1")
		f.Float64SliceVar(&o.LearningRates, "learning-rates", o.LearningRates, "learning rates")
		f.IntVar(&o.Samples, "samples", o.Samples, "samples of each run, and as many data, that are compared")
		return o
	},
}

type rivalryOptions struct {
	baseline.Options
	smoke bool
	seeds int
}

func (o *rivalryOptions) check() error {
	if o.seeds < 1 || o.Training.Steps < 1 {
		return usage.Errorf("bench baseline: --seeds and --steps must be at least 1, got %d and %d", o.seeds, o.Training.Steps)
	}
	return nil
}

func (o *rivalryOptions) measure(ctx context.Context, w *work) error {
	if o.smoke {
		o.Options, o.seeds = baseline.SmokeOptions(), 1
	}
	o.Seeds = nil
	for seed := range o.seeds {
		o.Seeds = append(o.Seeds, int64(seed)+1)
	}
	o.Observe = func(r baseline.Outcome) {
		fate := fmt.Sprintf("energy distance %.2g", r.Distance)
		if r.Diverged != "" {
			fate = "diverged: " + r.Diverged
		}
		w.Say("%s, learning rate %g, seed %d: %s, %.0f s", r.Method, r.LearningRate, r.Seed, fate, r.Seconds)
	}
	measured, err := baseline.Compare(ctx, w.choice.Backend, o.Options)
	if err != nil {
		return err
	}
	table := record.Table{
		Caption: fmt.Sprintf("ring8 after %d steps of batch %d: runs that diverged, the energy distance of %d samples to as many data (data to other data: %s), and the relative excess of the field in %%; mean (± standard deviation) over the seeds that did not diverge.",
			o.Training.Steps, o.Training.Batch, o.Samples, spreadText(measured.Floor, 1)),
		Header: []string{"method", "learning rate", "diverged", "energy distance", "relative excess", "s of steps", "s to compile"},
	}
	for _, r := range measured.Rows() {
		table.Rows = append(table.Rows, []string{
			r.Method, fmt.Sprint(r.LearningRate), fmt.Sprintf("%d of %d", r.Diverged, r.Runs),
			spreadText(r.Distance, 1), spreadText(r.Excess, 100), fmt.Sprintf("%.2g", r.Seconds.Mean), fmt.Sprintf("%.2g", r.Compile.Mean),
		})
		w.run.Results[fmt.Sprintf("%s, learning rate %g: diverged", r.Method, r.LearningRate)] = float64(r.Diverged)
	}
	w.run.Tables = []record.Table{table}
	return record.Metrics(w.run, measured.Outcomes)
}

// spreadText writes a spread, its values times the unit; "–" where there is none.
func spreadText(s baseline.Spread, unit float64) string {
	switch {
	case s.N == 0:
		return "–"
	case s.N < 3:
		return fmt.Sprintf("%.2g", unit*s.Mean)
	}
	return uncertainty.Text(unit*s.Mean, unit*s.SD)
}
