package desk

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat"

	"vapoflow/figures"
	"vapoflow/vapo"
)

// Curves shows the losses of trainings over their steps, titled by the settings in which they differ. Models that differ by their seed alone
// are one curve, their mean with a band of a standard deviation.
func Curves(models ...*vapo.Model) { Show(Must(curvesOf(models))) }

func curvesOf(models []*vapo.Model) (*figures.Figure, error) {
	names := differences(models)
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

// differences names models by the settings in which their configurations differ, but the seed: "loss=alignment width=64".
func differences(models []*vapo.Model) []string {
	configs := make([]map[string]any, len(models))
	values := map[string]map[string]bool{}
	for i, m := range models {
		text, _ := json.Marshal(m.Config) // a struct of numbers and texts always encodes
		_ = json.Unmarshal(text, &configs[i])
		for key, v := range configs[i] {
			if values[key] == nil {
				values[key] = map[string]bool{}
			}
			values[key][fmt.Sprint(v)] = true
		}
	}
	names := make([]string, len(models))
	for i, config := range configs {
		var parts []string
		for key, v := range config {
			if key != "seed" && len(values[key]) > 1 {
				parts = append(parts, fmt.Sprintf("%s=%v", key, v))
			}
		}
		slices.Sort(parts)
		names[i] = strings.Join(parts, " ")
	}
	return names
}
