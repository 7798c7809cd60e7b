package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
)

func (a *app) benchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure this machine, or the method against closed forms",
		Long:  "Each measurement leaves a record with its table, which \"experiments report\" shows.",
		Example: `  experiments bench step
  experiments bench excess --seeds 1 --problems ring8`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.benchStepCommand(), a.benchExcessCommand(), a.benchNoiseCommand(), a.benchPrecisionCommand(), a.benchDensityCommand(), a.benchBaselineCommand(), a.benchOODCommand())
	return cmd
}

// isBench tells the record of a measurement from that of an element.
func isBench(m record.Manifest) bool { return strings.HasPrefix(m.Element, "bench-") }

// bench keeps a measurement on record as bench-NAME and prints its tables.
func (a *app) bench(ctx context.Context, out, name, title string, measure func(context.Context, *record.Run) error) error {
	if err := paper.CheckOut(out); err != nil {
		return fmt.Errorf("--out %s: %w", out, err)
	}
	run, err := record.Create(paper.RunsDir(out), record.Manifest{
		Name: "bench-" + name, Element: "bench-" + name, Title: title, Command: "experiments " + joinArgs(a.args),
	})
	if err != nil {
		return err
	}
	if err := run.Close(measure(ctx, run)); err != nil {
		return err
	}
	for _, t := range run.Tables {
		a.say("%s", t.Caption)
		a.sayTable(t)
	}
	a.say("record: %s", filepath.Join(run.Dir(), record.ManifestFile))
	return nil
}

// sayTable prints a table with aligned columns.
func (a *app) sayTable(t record.Table) {
	widths := make([]int, len(t.Header))
	all := append([][]string{t.Header}, t.Rows...)
	for _, row := range all {
		for i, text := range row {
			widths[i] = max(widths[i], len([]rune(text)))
		}
	}
	for _, row := range all {
		var line strings.Builder
		for i, text := range row {
			line.WriteString(text + strings.Repeat(" ", widths[i]-len([]rune(text))+2))
		}
		a.say("  %s", strings.TrimRight(line.String(), " "))
	}
}

// outFlag is the --out of every measurement.
func outFlag(cmd *cobra.Command, out *string) {
	cmd.Flags().StringVar(out, "out", "results", "folder of results")
}
