package desk

import (
	"fmt"

	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/trained"
	"vapoflow/figures"
	"vapoflow/vapo"
)

// Models are all trained models of [Results], the oldest first, shown as [Compare] does: what a notebook or the command line has
// trained from a configuration, to be sampled, drawn or compared without training again.
func Models() ([]*vapo.Model, error) {
	models, damaged := trained.Models(Results())
	for _, err := range damaged {
		fmt.Println("left out:", err)
	}
	for _, m := range models {
		if len(m.Shape) == 1 { // pure Go answers before XLA has compiled
			continue
		}
		var err error
		if m.Backend, err = Backend(); err != nil {
			return nil, err
		}
	}
	return models, Compare(models...)
}

// Compare shows a table of models: the settings in which they differ, the loss at the end (the mean of the last twentieth), and
// the time.
func Compare(models ...*vapo.Model) error {
	t, err := trained.Compare(models)
	if err != nil {
		return err
	}
	rows := make([][]any, len(t.Rows))
	for i, row := range t.Rows {
		for _, text := range row {
			rows[i] = append(rows[i], text)
		}
	}
	Table(t.Header, rows...)
	return nil
}

// Curves shows the losses of trainings over their steps, titled by the settings in which they differ. Models that differ by their
// seed alone are one curve, their mean with a band of a standard deviation.
func Curves(models ...*vapo.Model) { Show(Must(curvesOf(models))) }

func curvesOf(models []*vapo.Model) (*figures.Figure, error) {
	names := trained.Names(models)
	groups := map[string][][]float64{}
	steps := map[string][]float64{}
	var order []string
	for i, m := range models {
		log, err := m.Log()
		if err != nil {
			return nil, err
		}
		if len(log) == 0 {
			return nil, fmt.Errorf("desk: the training of %s has no log to draw", names[i])
		}
		var step, value []float64
		for _, e := range log {
			step, value = append(step, float64(e.Step)), append(value, e.Loss)
		}
		if groups[names[i]] == nil {
			order = append(order, names[i])
		}
		groups[names[i]], steps[names[i]] = append(groups[names[i]], figures.RunningMean(value)), step
	}
	panel := figures.LinePanel{X: "step", Y: "loss per dimension", LogX: true}
	for _, name := range order {
		s := figures.Series{Name: name, X: steps[name]}
		for k := range s.X {
			var at []float64
			for _, run := range groups[name] {
				if k < len(run) {
					at = append(at, run[k])
				}
			}
			mean, sd := stat.MeanStdDev(at, nil)
			s.Y = append(s.Y, mean)
			if len(groups[name]) > 2 {
				s.Spread = append(s.Spread, sd)
			}
		}
		panel.Series = append(panel.Series, s)
	}
	return figures.Lines(figures.LinesData{Panels: []figures.LinePanel{panel}})
}
