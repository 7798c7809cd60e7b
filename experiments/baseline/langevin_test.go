package baseline_test

import (
	"fmt"
	"strings"
	"testing"

	"vapoflow/experiments/baseline"
)

func sample(t *testing.T, l baseline.Langevin, seed int64, first, n int) [][]float32 {
	t.Helper()
	x, err := l.Sample(t.Context(), untrained(t, bowl(curvature)), seed, first, n)
	if err != nil {
		t.Fatal(err)
	}
	return x.Value().([][]float32)
}

// On Φ = −½ a‖x‖² the chain is autoregressive, with the stationary variance T / (a (1 − ε²a/4)) in each coordinate: that
// of exp(Φ/T) and the error of the step size, both of which a wrong factor of drift or noise would change.
func TestStationaryVariance(t *testing.T) {
	const n = 4000
	for _, l := range []baseline.Langevin{
		{Steps: 40, StepSize: 0.5},
		{Steps: 25, StepSize: 1},
		{Steps: 40, StepSize: 0.5, Temperature: 3},
	} {
		want := max(l.Temperature, 1) / (curvature * (1 - l.StepSize*l.StepSize*curvature/4))
		got := 0.0
		for _, p := range sample(t, l, 1, 0, n) {
			got += float64(p[0]*p[0]+p[1]*p[1]) / (2 * n)
		}
		near(t, got, want, 4*want/63, "variance with %+v", l) // four standard errors, √(2/2n) = 1/63
	}
}

// A chain does not depend on the others that are run with it, and another seed gives another.
func TestChainsAreAFunctionOfSeedAndIndex(t *testing.T) {
	all, some, other := sample(t, baseline.Langevin{}, 5, 0, 10), sample(t, baseline.Langevin{}, 5, 7, 3), sample(t, baseline.Langevin{}, 6, 7, 3)
	if fmt.Sprint(all[7:]) != fmt.Sprint(some) {
		t.Errorf("chains 7 to 9 end at %v together and at %v alone", all[7:], some)
	}
	if fmt.Sprint(some) == fmt.Sprint(other) {
		t.Errorf("seeds 5 and 6 both give %v", some)
	}
}

func TestLangevinErrorsNameTheValue(t *testing.T) {
	for want, l := range map[string]baseline.Langevin{
		"-3":   {Steps: -3},
		"-0.1": {StepSize: -0.1},
		"-2":   {Temperature: -2},
	} {
		_, err := l.Sample(t.Context(), untrained(t, bowl(1)), 1, 0, 2)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that names %s, got %v", want, err)
		}
	}
}
