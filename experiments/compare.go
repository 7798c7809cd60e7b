package main

import (
	"cmp"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"vapoflow/experiments/record"
	"vapoflow/experiments/trained"
	"vapoflow/experiments/usage"
	"vapoflow/internal/differ"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

func (a *app) compareCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "compare [RUN...]",
		Short: "Trained models by the settings in which they differ, and what their runs found",
		Long: `Lists trained models by the settings in which they differ, with the loss at the end of their trainings: those of the runs, models'
folders or pretrained:NAME that are given, or all in OUT/models. Of runs, it lists the results that all of them have as well.`,
		Example: `  experiments compare
  experiments compare fig1-quick-best-seed0 fig1-quick-best-seed0+loss=covariance`,
		RunE: func(_ *cobra.Command, names []string) error { return a.compare(names, out) },
	}
	cmd.Flags().StringVar(&out, "out", "results", "folder of results")
	return cmd
}

func (a *app) compare(names []string, out string) error {
	models, damaged := []*vapo.Model(nil), []error(nil)
	var runs []record.Manifest
	if len(names) == 0 {
		if models, damaged = trained.Models(out); len(models) == 0 && len(damaged) == 0 {
			return usage.Errorf("compare: there is no trained model in %s; name runs, or train one", record.ModelsDir(out))
		}
	}
	for _, name := range names {
		open, err := trained.Reference{Command: "compare", Run: name, Results: out}.Locate()
		if err != nil {
			return err
		}
		by, err := open(backend.Host())
		if err != nil {
			return err
		}
		models = append(models, by.Model)
		if by.Run != nil {
			runs = append(runs, *by.Run)
		}
	}
	for _, err := range damaged {
		a.Say("left out: %v", err)
	}
	table, err := trained.Compare(models)
	if err != nil {
		return err
	}
	a.Table(table)
	if len(runs) == len(models) && len(runs) > 0 {
		a.Table(resultsOf(runs))
	}
	return nil
}

// resultsOf has a row for each result that all runs have, and a column for each run.
func resultsOf(runs []record.Manifest) record.Table {
	t := record.Table{Caption: "Results that all of the runs have", Header: []string{"result"}}
	settings := make([]json.RawMessage, len(runs))
	for i, m := range runs {
		settings[i] = m.Config
	}
	for i, name := range differ.Settings(settings) {
		t.Header = append(t.Header, cmp.Or(strings.Join(name, " "), runs[i].Name))
	}
	for _, key := range record.ResultsOfAll(runs) {
		row := []string{key}
		for _, m := range runs {
			row = append(row, strconv.FormatFloat(m.Results[key], 'g', 4, 64))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}
