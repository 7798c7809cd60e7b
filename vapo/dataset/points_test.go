package dataset_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"vapoflow/vapo/dataset"
)

func TestPoints(t *testing.T) {
	set, err := dataset.Points("mine", [][]float64{{1, 2}, {3, 4.5}})
	if err != nil {
		t.Fatal(err)
	}
	values, err := dataset.ReadRange(set, 0, 2)
	if err != nil || !slices.Equal(values, []float32{1, 2, 3, 4.5}) {
		t.Errorf("%v %v", values, err)
	}
	other, err := dataset.Points("mine", [][]float64{{1, 2}, {3, 4}})
	if err != nil || other.Info().SHA256 == set.Info().SHA256 {
		t.Errorf("other points have the same hash: %v", err)
	}
	for want, x := range map[string][][]float64{
		"no points": nil, "point 1 has 1 coordinates": {{1, 2}, {3}}, "point 1 is [3 NaN], not finite": {{1, 2}, {3, math.NaN()}},
	} {
		if _, err := dataset.Points("mine", x); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", x, err, want)
		}
	}
}
