package main

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/spf13/cobra"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/vapo/density"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

type klOptions struct {
	out, preset     string
	steps, n, times int
}

func (a *app) benchKLCommand() *cobra.Command {
	var o klOptions
	cmd := &cobra.Command{
		Use:   "kl",
		Short: "KL divergence of the flow's density from ρ̄(·; s) over s, for the model of Figure 1",
		Long: `Trains the model of Figure 1 at a preset, or loads it where "run fig1" has trained it, and estimates KL(ρ_Φ(·; s) ‖ ρ̄(·; s)), the quantity
that the method minimises, along the clock: samples of the prior ride the flow with their exact log-density, and ρ̄ is exact. The exact
potential, whose divergence is zero, is measured beside it.`,
		Example: "  experiments bench kl\n  experiments bench kl --preset cpu --samples 10000",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkPreset(o.preset, paper.Recipes[0]); err != nil {
				return err
			}
			if o.n < 2 || o.times < 2 || o.steps < 0 {
				return usagef("bench kl: needs --samples 2 and --times 2 at least and no negative --steps, got %d, %d and %d", o.n, o.times, o.steps)
			}
			return a.bench(cmd.Context(), o.out, "kl", "KL divergence from the exact density along the path", func(ctx context.Context, run *record.Run) error {
				return a.benchKL(ctx, run, o)
			})
		},
	}
	outFlag(cmd, &o.out)
	cmd.Flags().StringVar(&o.preset, "preset", "quick", "of Figure 1: smoke, quick, cpu or paper")
	cmd.Flags().IntVar(&o.steps, "steps", 0, "training steps instead of the preset's")
	cmd.Flags().IntVar(&o.n, "samples", 4000, "samples of the prior")
	cmd.Flags().IntVar(&o.times, "times", 21, "values of s, equally spaced from 0 to 1")
	return cmd
}

// klSolver keeps the error of the integration far below that of the estimate.
var klSolver = solver.Adaptive{RTol: 1e-6, ATol: 1e-6}

func (a *app) benchKL(ctx context.Context, run *record.Run, o klOptions) error {
	choice, err := a.benchBackend(run)
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
	run.Preset, run.Recipe = o.preset, paper.Recipes[0]
	if o.steps > 0 {
		settings.Steps = o.steps
	}
	m, err := a.benchModel(ctx, choice, o.out, settings.Config)
	if err != nil {
		return err
	}
	s := make([]float64, o.times)
	for i := range s {
		s[i] = float64(i) / float64(o.times-1)
	}
	ring := mixture.Ring8()
	trained, err := flowOf(m).KL(ctx, klSolver, ring, s, o.n, 1, nil)
	if err != nil {
		return err
	}
	exact, err := exactFlow(m, ring).KL(ctx, klSolver, ring, s, min(o.n, 500), 1, nil)
	if err != nil {
		return err
	}
	about := fmt.Sprintf("MLP Φ(x, s) on ring8, %s homotopy, %s loss, %d steps of batch %d", settings.Homotopy, settings.Loss, settings.Steps, settings.Batch)
	run.Tables = []record.Table{klTable(about, trained, exact, o.n)}
	last := o.times - 1
	run.Results["KL at s = 1"], run.Results["its standard error"] = trained.Value[last], trained.StdErr[last]
	err = run.Arrays("kl.npz", map[string]*tensors.Tensor{
		"s": tensors.FromValue(s), "kl": tensors.FromValue(trained.Value), "kl_err": tensors.FromValue(trained.StdErr), "kl_exact": tensors.FromValue(exact.Value),
	})
	if err != nil {
		return err
	}
	return drawKL(run, about, trained)
}

func klTable(about string, trained, exact density.KL, n int) record.Table {
	t := record.Table{
		Caption: fmt.Sprintf("KL(ρ_Φ ‖ ρ̄) in nats along the path: %s. %d samples, %d evaluations of the field; the exact potential's divergence is the error of the integration.", about, n, trained.NFE),
		Header:  []string{"s", "KL", "standard error", "exact potential"},
	}
	for i, s := range trained.S {
		t.Rows = append(t.Rows, []string{fmt.Sprintf("%.3g", s), fmt.Sprintf("%.5f", clean(trained.Value[i])), fmt.Sprintf("%.5f", trained.StdErr[i]), fmt.Sprintf("%.0e", math.Abs(exact.Value[i]))})
	}
	return t
}

// clean takes the rounding off a zero.
func clean(x float64) float64 {
	if math.Abs(x) < 1e-12 {
		return 0
	}
	return x
}

func drawKL(run *record.Run, about string, kl density.KL) error {
	f, err := figures.Lines(figures.LinesData{Panels: []figures.LinePanel{{
		X: "clock s", Y: "KL (nats)",
		Series: []figures.Series{{X: kl.S, Y: kl.Value, Spread: kl.StdErr}},
	}}})
	if err != nil {
		return err
	}
	return saveBenchFigure(run, "kl", f, "KL divergence of the flow's density from the exact one along the path, with its standard error: "+about+".")
}
