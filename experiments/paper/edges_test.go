package paper

import (
	"math"
	"testing"

	"vapoflow/figures"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
)

// What is open already is not read again: a folder of images takes minutes.
func TestDataAreOpenedOnce(t *testing.T) {
	opened, err := dataset.Open("moons", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	env := Env{Backend: &backend.Choice{}, Preset: "smoke", Recipe: "best", data: opened}
	env.Changes = []Change{{"data", []byte(`"no/such.npz"`), "test"}}
	w, m, err := own.prepare(planarSettings("smoke", "best"), env)
	if err != nil || w.data != opened || m.Data.Name != "moons" {
		t.Errorf("it is opened again: %v", err)
	}
}

// Equal energies, as of a potential that is constant, make a histogram like others: of area 1 about their value.
func TestHistogramOfEqualValues(t *testing.T) {
	for _, value := range []float64{0, -3, 1e7} {
		h, area := figures.Histogram("", []float64{value, value, value}, value, value), 0.0
		for i := 2; i < len(h.X); i += 2 {
			area += h.Y[i] * (h.X[i] - h.X[i-1])
		}
		if first, last := h.X[0], h.X[len(h.X)-1]; math.Abs(area-1) > 1e-6 || !(first < value && value < last) {
			t.Errorf("equal values %g: area %g from %g to %g", value, area, first, last)
		}
	}
}
