package paper

import (
	"math"
	"testing"

	"vapoflow/figures"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
)

// What is open already is not opened again, by runs that share it: a folder of images takes minutes.
func TestDataAreOpenedOnce(t *testing.T) {
	env := Env{Backend: &backend.Choice{}, Preset: "smoke", Recipe: "best", Sets: new(Sets)}
	var opened [3]dataset.Dataset
	for i, set := range []string{"steps=3", "steps=4", "data=moons"} {
		change, err := ParseSet(set)
		if err != nil {
			t.Fatal(err)
		}
		env.Changes = []Change{change}
		planned, err := Element{ID: "fig1", steps: fig1}.plan(planarSettings("smoke", "best"), env)
		if err != nil {
			t.Fatal(err)
		}
		opened[i] = planned.trial.data
	}
	if len(env.Sets.open) != 2 || opened[0].Info().Name != "ring8" || opened[2].Info().Name != "moons" {
		t.Errorf("%d sets were opened for %v", len(env.Sets.open), opened)
	}
	// A training on own data looks at their shape before it begins.
	if _, env, err := ownSettings("moons", env); err != nil || len(env.Sets.open) != 2 {
		t.Errorf("%v, %d sets", err, len(env.Sets.open))
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
