package main

import (
	"strings"

	"github.com/spf13/cobra"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/report"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
)

func (a *app) listCommand() *cobra.Command {
	var preset, recipe string
	cmd := &cobra.Command{
		Use:   "list [ID | pieces]",
		Short: "List the paper's figures and tables with their status, the settings of one, or all pieces with a name",
		Example: `  experiments list
  experiments list pieces                            homotopies, potentials, losses, times, solvers, data sets
  experiments list fig1 --preset cpu > mine.json     settings that --config reads`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, ids []string) error {
			if len(ids) == 1 && ids[0] == "pieces" {
				for _, p := range vapo.Pieces() {
					a.Say("%s", p)
				}
				return nil
			}
			if len(ids) == 1 {
				return a.listSettings(ids[0], preset, recipe)
			}
			for _, e := range paper.Elements() {
				a.Say("%-11s %s", e.ID, e.Title)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&preset, "preset", "quick", "of the settings: smoke, quick, cpu or paper")
	cmd.Flags().StringVar(&recipe, "recipe", "best", "of the settings: best or paper")
	return cmd
}

func (a *app) listSettings(id, preset, recipe string) error {
	e, err := paper.Lookup(id)
	if err != nil {
		return usage.Wrap(err)
	}
	s, err := e.Settings(preset, recipe)
	if err != nil {
		return asUsage(err)
	}
	a.Say("%s", s)
	return nil
}

func resultLines(m record.Manifest) (lines []string) {
	for _, row := range report.Results(m) {
		lines = append(lines, row[0]+": "+row[1])
	}
	for _, note := range m.Notes {
		lines = append(lines, "note: "+note)
	}
	return lines
}

// joinArgs writes a command line as a shell reads it.
func joinArgs(args []string) string {
	quoted := make([]string, len(args))
	for i, arg := range args {
		quoted[i] = arg
		if arg == "" || strings.ContainsAny(arg, " \t'\"$&|;<>()*?!#~`\\") {
			quoted[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}
