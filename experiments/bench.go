package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/loss"
)

func (a *app) benchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "bench",
		Short:   "Measure this machine",
		Example: "  experiments bench step",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.benchStepCommand())
	return cmd
}

// benchElement is the element's name in the records of `bench step`.
const benchElement = "bench-step"

// benchCases are the trainings timed; the ResNet is that of Figure 2 without its base.
var benchCases = []struct {
	name    string
	shorter int // divides the number of steps
	change  func(c *vapo.Config)
}{
	{"MLP 3×128, batch 256", 1, func(c *vapo.Config) {}},
	{"ResNet, batch 16 of 32×32×3", 10, func(c *vapo.Config) {
		c.Data, c.Homotopy, c.Potential, c.Width, c.Depth, c.Batch = "drawn", "straight", "resnet", 32, 2, 16
	}},
}

func (a *app) benchStepCommand() *cobra.Command {
	var out string
	var steps int
	cmd := &cobra.Command{
		Use:   "step",
		Short: "Time a training step on pure Go and on XLA",
		Long: `Times whole training steps as vapo.Train takes them, drawing the batch included: the median after a warm-up, on
pure Go and, where a plugin is found, on XLA. The record is shown by "experiments report".`,
		Example: "  experiments bench step\n  experiments bench step --steps 500",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if steps < 10 {
				return usagef("bench step: --steps must be at least 10, got %d", steps)
			}
			if err := paper.CheckOut(out); err != nil {
				return fmt.Errorf("--out %s: %w", out, err)
			}
			return a.benchStep(cmd.Context(), out, steps)
		},
	}
	cmd.Flags().StringVar(&out, "out", "results", "folder of results")
	cmd.Flags().IntVar(&steps, "steps", 200, "steps timed for the MLP; a tenth for the ResNet")
	return cmd
}

func (a *app) benchStep(ctx context.Context, out string, steps int) error {
	run, err := record.Create(paper.RunsDir(out), record.Manifest{
		Name: benchElement, Element: benchElement, Title: "Time of a training step", Command: "experiments " + joinArgs(a.args),
	})
	if err != nil {
		return err
	}
	xla := "xla"
	if spec := os.Getenv(backend.EnvSpec); strings.HasPrefix(spec, xla) {
		xla = spec // names a plugin
	}
	for _, spec := range []string{"go", xla} {
		if err = a.benchBackend(ctx, run, spec, steps); err != nil {
			break
		}
	}
	return run.Close(err)
}

func (a *app) benchBackend(ctx context.Context, run *record.Run, spec string, steps int) error {
	choice, err := backend.New(spec)
	if err != nil {
		a.say("not measured: %s", oneLine(err))
		run.Note("%s was not measured: %s", spec, oneLine(err))
		return nil
	}
	a.say("%s", choice.Line)
	run.Note("%s", choice.Line)
	for _, c := range benchCases {
		n := max(10, steps/c.shorter)
		config := vapo.DefaultConfig()
		c.change(&config)
		took, err := timeSteps(ctx, choice, config, n)
		if err != nil {
			return err
		}
		a.say("  %s: %.2f ms per step, median of %d", c.name, took, n)
		run.Results[c.name+", "+choice.Name] = took
	}
	return nil
}

// timeSteps is the median time in ms of n training steps, after a third as many to warm up.
func timeSteps(ctx context.Context, b *backend.Choice, c vapo.Config, n int) (float64, error) {
	data, err := dataset.Open(c.Data, dataset.Options{})
	if err != nil {
		return 0, err
	}
	m, err := c.Model(b.Backend, data.Info().Shape, nil)
	if err != nil {
		return 0, err
	}
	l, err := loss.New(c.Loss)
	if err != nil {
		return 0, err
	}
	warm := n/3 + 1
	c.Steps = warm + n
	var times []float64
	last := time.Now()
	err = vapo.Train(ctx, m, l, data, c.Training, vapo.Run{Observe: func(p vapo.Progress) {
		if p.Step > warm {
			times = append(times, float64(time.Since(last).Microseconds())/1000)
		}
		last = time.Now()
	}})
	if err != nil {
		return 0, err
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}
