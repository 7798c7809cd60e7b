package sweep

import (
	"slices"
	"strings"
	"testing"

	"vapoflow/experiments/record"
)

// Three seeds of trainings have a mean and a spread in the digits of that; of one set of weights it is said that no training varies.
func TestTableIsOverSeeds(t *testing.T) {
	s := &Sweep{Element: "fig1", Preset: "quick", Recipe: "best", Axes: []Axis{{Key: "seed", Values: []string{"0", "1", "2"}}},
		Cells: []Cell{{Values: []string{"0"}}, {Values: []string{"1"}}, {Values: []string{"2"}}}}
	var runs []record.Manifest
	for i, excess := range []float64{0.011, 0.013, 0.012} {
		m := record.Manifest{WeightsSHA256: []string{"a", "b", "c"}[i], Results: map[string]float64{"steps": 100}}
		m.Keep("relative_excess", excess, 0.01)
		runs = append(runs, m)
	}
	same := "weights are the same"
	table := s.table(runs)
	if want := [][]string{{"relative excess", "1.2 ± 0.1 %"}, {"training steps", "100"}}; !slices.EqualFunc(table.Rows, want, slices.Equal) {
		t.Errorf("rows %q", table.Rows)
	}
	if strings.Contains(table.Caption, same) {
		t.Error(table.Caption)
	}
	runs[1].WeightsSHA256, runs[2].WeightsSHA256 = "a", "a"
	if table = s.table(runs); !strings.Contains(table.Caption, same) {
		t.Error(table.Caption)
	}
}
