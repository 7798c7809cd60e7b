package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vapoflow/experiments/console"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/vapo/dataset"
)

func (a *app) runCommand() *cobra.Command {
	var o options
	var all bool
	var r again
	cmd := &cobra.Command{
		Use:   "run ID... | --all | --from RECORD",
		Short: "Run figures and tables of the paper",
		Long: `Trains, or loads what was trained before, draws the figure and leaves a record in OUT/runs. Ctrl-C saves and
stops; the same command continues.

` + precedence,
		Example: `  experiments run fig1 --preset smoke
  experiments run fig1 --recipe paper --seed 1
  experiments run fig1 --set homotopy=straight --set loss=variance-reduced
  experiments run fig2 --preset cpu --data ~/data
  experiments run --all --preset quick
  experiments run --from results/runs/fig1-quick-best-seed0      repeat a record and compare`,
		RunE: func(cmd *cobra.Command, ids []string) error {
			if r.from != "" {
				if err := r.check(cmd, ids); err != nil {
					return err
				}
				return r.run(cmd.Context(), a, o)
			}
			if err := checkIDs(ids, all, o); err != nil {
				return err
			}
			env, err := o.env(a)
			if err != nil {
				return err
			}
			a.resumable = true
			if all {
				return a.runAll(cmd.Context(), env)
			}
			env.Strict = true // what is asked for by name must be there
			for _, id := range ids {
				if err := a.runOne(cmd.Context(), id, env); err != nil {
					return err
				}
			}
			return nil
		},
	}
	o.add(cmd)
	cmd.Flags().StringVar(&o.root, "data", "", "folder that holds the data sets (default $VAPO_DATA, else ./data)")
	r.add(cmd.Flags())
	cmd.Flags().BoolVar(&all, "all", false, "every element, Figure 1 first; what lacks its data is listed")
	return cmd
}

// checkIDs finds wrong names before anything is opened or run.
func checkIDs(ids []string, all bool, o options) error {
	switch {
	case all && len(ids) > 0:
		return usage.Errorf("run: give either elements (%s) or --all", strings.Join(ids, " "))
	case !all && len(ids) == 0:
		return usage.Errorf("run: name an element, such as fig1, or give --all; `experiments list` shows them")
	case all:
		ids = []string{paper.Elements()[0].ID}
	}
	for _, id := range ids {
		e, err := paper.Lookup(id)
		if err != nil {
			return usage.Wrap(err)
		}
		if _, err := e.Settings(o.preset, o.recipe); err != nil {
			return asUsage(err)
		}
	}
	return nil
}

// runOne runs an element and tells what came of it.
func (a *app) runOne(ctx context.Context, id string, env paper.Env) error {
	dir, err := paper.Run(ctx, id, env)
	if err != nil {
		return explain(dir, asUsage(err))
	}
	return a.tell(dir)
}

// explain adds where a run that had begun left its record.
func explain(dir string, err error) error {
	if dir == "" {
		return err
	}
	return fmt.Errorf("%w (record: %s)", err, dir)
}

// tell prints a finished run's results and figures.
func (a *app) tell(dir string) error {
	m, err := record.Read(dir)
	if err != nil {
		return err
	}
	a.Say("%s: done in %.0f s, record %s", m.Element, m.Seconds, dir)
	for _, line := range resultLines(m) {
		a.Say("  %s", line)
	}
	for _, f := range m.Figures {
		a.Say("  figure %s", filepath.Join(dir, f.File))
	}
	return nil
}

// runAll runs every element that can be run, and lists the others.
func (a *app) runAll(ctx context.Context, env paper.Env) error {
	var skipped []string
	var failed []error
	for _, e := range paper.Elements() {
		switch err := a.runOne(ctx, e.ID, env); {
		case ctx.Err() != nil:
			return err
		case errors.Is(err, dataset.ErrMissing):
			skipped = append(skipped, fmt.Sprintf("%-11s %s", e.ID, console.OneLine(err)))
		case err != nil:
			a.Say("%s: failed: %s", e.ID, console.OneLine(err))
			failed = append(failed, fmt.Errorf("%s: %w", e.ID, err))
		}
	}
	if len(skipped) > 0 {
		a.Say("skipped:")
		for _, line := range skipped {
			a.Say("  %s", line)
		}
	}
	return errors.Join(failed...)
}
