package main

import (
	"strings"

	"github.com/spf13/cobra"

	"vapoflow/experiments/bench"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/report"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
)

func (a *app) listCommand() *cobra.Command {
	var preset, recipe, out string
	var needs bool
	cmd := &cobra.Command{
		Use:   "list [ID | pieces]",
		Short: "List the paper's figures and tables, the settings of one, or all pieces with a name",
		Example: `  experiments list
  experiments list pieces                            homotopies, potentials, losses, times, solvers, data sets
  experiments list fig1 --preset cpu > mine.json     settings that --config reads
  experiments list fig2 --preset paper --needs       the steps, hours and memory of its training, from the record of bench step`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, ids []string) error {
			if len(ids) == 1 && ids[0] == "pieces" {
				for _, p := range vapo.Pieces() {
					a.Say("%s", p)
				}
				return nil
			}
			if len(ids) == 1 {
				return a.listSettings(ids[0], preset, recipe, needs, out)
			}
			for _, e := range paper.Elements() {
				a.Say("%-11s %s", e.ID, e.Title)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&preset, "preset", "quick", "of the settings: smoke, quick, cpu or paper")
	cmd.Flags().StringVar(&recipe, "recipe", "best", "of the settings: best or paper")
	cmd.Flags().BoolVar(&needs, "needs", false, "what its training takes on the backend that is found, instead of its settings; of elements on CIFAR-10")
	cmd.Flags().StringVar(&out, "out", "results", "folder of results, with the record of bench step")
	return cmd
}

func (a *app) listSettings(id, preset, recipe string, needs bool, out string) error {
	e, err := paper.Lookup(id)
	if err != nil {
		return usage.Wrap(err)
	}
	s, err := e.Settings(preset, recipe)
	if err != nil {
		return asUsage(err)
	}
	if needs {
		if s.Data != "cifar10" || s.Potential != "resnet" {
			return usage.Errorf("list %s --needs: bench step --preset times the network of fig2 on CIFAR-10, and this one trains a %s on %s; ask of fig2", id, s.Potential, s.Data)
		}
		choice, err := openBackend("")
		if err != nil {
			return err
		}
		line, err := bench.Needs(out, preset, choice.Name, s.Config)
		if err != nil {
			return err
		}
		a.Say("%s: %s", id, line)
		return nil
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
