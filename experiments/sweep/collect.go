package sweep

import (
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/console"
	"vapoflow/experiments/element"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
)

// seedKey is the axis over which results are averaged.
const seedKey = "seed"

// Collect makes the sweep's record from those of its cells: a table of means over seeds, and cells.csv with every number of every
// cell. It names the cells that are missing.
func (s *Sweep) Collect(out, command string, c *console.Console) error {
	var runs []record.Manifest
	var missing []string
	commits := map[string]bool{}
	for i, cell := range s.Cells {
		m, err := s.read(out, cell)
		if err != nil {
			missing = append(missing, fmt.Sprintf("%d (%s)", i+1, cell.Label))
			continue
		}
		runs = append(runs, m)
		commits[m.Versions.Commit] = true
	}
	if len(missing) > 0 {
		shown := missing[:min(len(missing), 8)]
		return fmt.Errorf("sweep: %d of %d runs are missing in %s: %s%s; run the sweep or its shard again, it goes on where it "+
			"was, or merge the folders that have them",
			len(missing), len(s.Cells), out, strings.Join(shown, ", "), map[bool]string{true: ", …"}[len(shown) < len(missing)])
	}
	if len(commits) > 1 {
		return fmt.Errorf("sweep: the runs are of different versions of the program: %s; run those of one again",
			strings.Join(slices.Sorted(maps.Keys(commits)), ", "))
	}
	first := runs[0]
	table := s.table(runs)
	dir, err := element.Run(context.Background(), record.RunsDir(out), record.Manifest{
		Name: s.Name(), Element: prefix + s.Element, Title: "Sweep of " + s.Element + ": " + s.axesText(), Command: command,
		Preset: s.Preset, Recipe: s.Recipe,
		Data: first.Data, Backend: first.Backend,
	}, nil, func(run *record.Run) error {
		run.Tables = []record.Table{table}
		return record.WriteFile(run.Path("cells.csv"), s.csv(runs))
	}, nil)
	if err != nil {
		return err
	}
	c.Table(table)
	c.Say("all %d runs, record %s", len(runs), filepath.Join(dir, "cells.csv"))
	return nil
}

func (s *Sweep) axesText() string {
	var parts []string
	for _, axis := range s.Axes {
		parts = append(parts, axis.Key+"="+strings.Join(axis.Values, ","))
	}
	return strings.Join(parts, " ")
}

// group is the runs that differ by their seed alone.
type group struct {
	label string
	runs  []record.Manifest
}

func (s *Sweep) groups(runs []record.Manifest) (groups []*group) {
	of := map[string]*group{}
	for i, cell := range s.Cells {
		var parts []string
		for k, axis := range s.Axes {
			if axis.Key != seedKey && len(axis.Values) > 1 {
				parts = append(parts, axis.Key+"="+cell.Values[k])
			}
		}
		label := strings.Join(parts, " ")
		if of[label] == nil {
			of[label] = &group{label: label}
			groups = append(groups, of[label])
		}
		of[label].runs = append(of[label].runs, runs[i])
	}
	return groups
}

// table has a row for each result and a column for each group: the mean over seeds, ± their standard deviation from three on. The
// standard errors of single runs are in cells.csv.
func (s *Sweep) table(runs []record.Manifest) record.Table {
	groups := s.groups(runs)
	n := len(groups[0].runs)
	t := record.Table{Header: []string{"result"}}
	t.Caption = fmt.Sprintf("sweep of %s at preset %s, recipe %s: %s. ", s.Element, s.Preset, s.Recipe, s.axesText())
	switch {
	case n == 1:
		t.Caption += "One seed each: no spread is known."
	case n == 2:
		t.Caption += "Means over two seeds, too few for a spread."
	default:
		t.Caption += fmt.Sprintf("Mean ± standard deviation over %d seeds.", n)
	}
	if weights := runs[0].WeightsSHA256; n > 1 && weights != "" && !slices.ContainsFunc(runs, func(m record.Manifest) bool { return m.WeightsSHA256 != weights }) {
		t.Caption += " The weights are the same in all: seeds are of what is drawn, not of trainings."
	}
	for _, g := range groups {
		t.Header = append(t.Header, cmp.Or(g.label, "all seeds"))
	}
	keys := s.resultsOfAll(runs)
	for _, q := range paper.Results(s.Element) {
		if !slices.Contains(keys, q.Key) {
			continue
		}
		row := []string{q.Label}
		for _, g := range groups {
			row = append(row, meanText(q, g.runs))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// meanText is "0.0123 ± 0.0004 nats": no more digits than the spread allows, and a single run's own standard error.
func meanText(q record.Quantity, runs []record.Manifest) string {
	if len(runs) == 1 {
		return q.In(&runs[0])
	}
	var values []float64
	for _, m := range runs {
		values = append(values, m.Results[q.Key])
	}
	mean, sd := stat.MeanStdDev(values, nil)
	if len(values) < 3 || sd == 0 {
		sd = math.NaN()
	}
	return q.Text(mean, sd)
}

// resultsOfAll are the results that every run has, but those that repeat a setting that is varied.
func (s *Sweep) resultsOfAll(runs []record.Manifest) []string {
	return slices.DeleteFunc(record.ResultsOfAll(runs), func(key string) bool {
		return slices.ContainsFunc(s.Axes, func(a Axis) bool { return a.Key == key })
	})
}

// csv has a line for each cell, for whatever reads tables.
func (s *Sweep) csv(runs []record.Manifest) []byte {
	var text strings.Builder
	w := csv.NewWriter(&text) // writes to memory, which does not fail
	header := []string{"run"}
	for _, axis := range s.Axes {
		header = append(header, axis.Key)
	}
	keys := s.resultsOfAll(runs)
	w.Write(append(header, keys...))
	for i, cell := range s.Cells {
		line := append([]string{cell.Run}, cell.Values...)
		for _, key := range keys {
			line = append(line, strconv.FormatFloat(runs[i].Results[key], 'g', -1, 64))
		}
		w.Write(line)
	}
	w.Flush()
	return []byte(text.String())
}
