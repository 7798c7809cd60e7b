package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"vapoflow/experiments/baseline"
	"vapoflow/experiments/record"
)

func (a *app) benchBaselineCommand() *cobra.Command {
	var out string
	var smoke bool
	options := baseline.DefaultOptions()
	seeds := len(options.Seeds)
	cmd := &cobra.Command{
		Use:   "baseline",
		Short: "VAPO beside flow matching and contrastive divergence: distance to the data, and runs that diverge",
		Long: `Trains the same network on ring8 in the same loop as a potential by alignment, as a vector field by flow matching, and as an energy by
contrastive divergence with Langevin chains, at three learning rates and several seeds. A run diverges where its loss is no number or passes
1,000 per dimension, or where more than 1 % of its samples leave the square of side 20: the paper's claim is that a potential flow does not.`,
		Example: "  experiments bench baseline\n  experiments bench baseline --steps 200 --seeds 1",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if seeds < 1 || options.Training.Steps < 1 {
				return usagef("bench baseline: --seeds and --steps must be at least 1, got %d and %d", seeds, options.Training.Steps)
			}
			if smoke {
				options, seeds = baseline.SmokeOptions(), 1
			}
			options.Seeds = nil
			for seed := range seeds {
				options.Seeds = append(options.Seeds, int64(seed)+1)
			}
			return a.bench(cmd.Context(), out, "baseline", "The potential flow beside its rivals", func(ctx context.Context, run *record.Run) error {
				return a.benchBaseline(ctx, run, options)
			})
		},
	}
	outFlag(cmd, &out)
	cmd.Flags().BoolVar(&smoke, "smoke", false, "seconds of a tiny network, which show that it runs and nothing else")
	cmd.Flags().IntVar(&options.Training.Steps, "steps", options.Training.Steps, "training steps")
	cmd.Flags().IntVar(&seeds, "seeds", seeds, "seeds, from 1")
	cmd.Flags().Float64SliceVar(&options.LearningRates, "learning-rates", options.LearningRates, "learning rates")
	cmd.Flags().IntVar(&options.Samples, "samples", options.Samples, "samples of each run, and as many data, that are compared")
	return cmd
}

func (a *app) benchBaseline(ctx context.Context, run *record.Run, o baseline.Options) error {
	choice, err := a.benchBackend(run)
	if err != nil {
		return err
	}
	o.Observe = func(r baseline.Outcome) {
		fate := fmt.Sprintf("energy distance %.2g", r.Distance)
		if r.Diverged != "" {
			fate = "diverged: " + r.Diverged
		}
		a.say("%s, learning rate %g, seed %d: %s, %.0f s", r.Method, r.LearningRate, r.Seed, fate, r.Seconds)
	}
	measured, err := baseline.Compare(ctx, choice.Backend, o)
	if err != nil {
		return err
	}
	table := record.Table{
		Caption: fmt.Sprintf("ring8 after %d steps of batch %d: runs that diverged, the energy distance of %d samples to as many data (data to other data: %s), and the relative excess of the field in %%; mean (± standard deviation) over the seeds that did not diverge.",
			o.Training.Steps, o.Training.Batch, o.Samples, spreadText(measured.Floor, 1)),
		Header: []string{"method", "learning rate", "diverged", "energy distance", "relative excess", "s of training"},
	}
	for _, r := range measured.Rows() {
		table.Rows = append(table.Rows, []string{
			r.Method, fmt.Sprint(r.LearningRate), fmt.Sprintf("%d of %d", r.Diverged, r.Runs),
			spreadText(r.Distance, 1), spreadText(r.Excess, 100), fmt.Sprintf("%.2g", r.Seconds.Mean),
		})
		run.Results[fmt.Sprintf("%s, learning rate %g: diverged", r.Method, r.LearningRate)] = float64(r.Diverged)
	}
	run.Tables = []record.Table{table}
	return record.Metrics(run, measured.Outcomes)
}

// spreadText writes a spread, its values times the unit; "–" where there is none.
func spreadText(s baseline.Spread, unit float64) string {
	switch {
	case s.N == 0:
		return "–"
	case s.N < 3:
		return fmt.Sprintf("%.2g", unit*s.Mean)
	}
	return plusMinus(unit*s.Mean, unit*s.SD)
}
