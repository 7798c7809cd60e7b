package baseline_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"vapoflow/experiments/baseline"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/mixture"
)

// The energy distance of two Gaussians in the plane that lie far apart is 2‖m‖ − 2σ√π up to 1/‖m‖, since ‖X−X'‖ is
// σ√2 times a Rayleigh variable, of mean √(π/2).
func TestEnergyDistance(t *testing.T) {
	const apart = 200.0
	at := func(x float64, seed uint64) [][]float64 {
		return mixture.Mixture{Means: [][]float64{{x, 0}}, Std: 1}.Sample(1500, seed)
	}
	near(t, baseline.EnergyDistance(at(0, 1), at(apart, 2)), 2*apart-2*math.Sqrt(math.Pi), 0.3, "far apart")
	near(t, baseline.EnergyDistance(at(0, 1), at(0, 2)), 0, 0.01, "the same Gaussian")
	exact := baseline.EnergyDistance([][]float64{{0, 0}, {3, 4}}, [][]float64{{0, 0}, {0, 1}, {0, 0}})
	near(t, exact, 2*(2*5+math.Hypot(3, 3)+1)/6-5-2.0/3, 1e-12, "two points and three")
}

// Runs that blow up are counted, per method and rate, and leave the others alone.
func TestDivergenceIsCounted(t *testing.T) {
	o := baseline.SmokeOptions()
	o.LearningRates, o.Seeds = []float64{1e-3, 1e20}, []int64{1, 2, 3}
	seen := 0
	o.Observe = func(baseline.Outcome) { seen++ }
	table, err := baseline.Compare(t.Context(), backend.Host(), o)
	if err != nil {
		t.Fatal(err)
	}
	rows := table.Rows()
	if len(rows) != 6 || seen != 18 {
		t.Fatalf("%d rows of %d runs, want 6 of 18", len(rows), seen)
	}
	for _, row := range rows {
		want := map[float64]int{1e-3: 0, 1e20: 3}[row.LearningRate]
		if row.Runs != 3 || row.Diverged != want || row.Distance.N != 3-want {
			t.Errorf("%s at %g: want %d diverged of 3, got %+v", row.Method, row.LearningRate, want, row)
		}
		if exact := !strings.HasPrefix(row.Method, baseline.Contrastive); (row.Excess.N > 0) != (exact && want == 0) {
			t.Errorf("%s at %g: %d values of the excess", row.Method, row.LearningRate, row.Excess.N)
		}
		if want == 0 && !(row.Distance.Mean > table.Floor.Mean && row.Distance.SD > 0 && row.Seconds.Mean > 0) {
			t.Errorf("after %d steps: %+v, data against data %+v", o.Training.Steps, row, table.Floor)
		}
	}
	for _, outcome := range table.Outcomes {
		if (outcome.Diverged != "") != (outcome.LearningRate == 1e20) {
			t.Errorf("outcome %+v", outcome)
		}
	}
}

// A comparison is a function of its options.
func TestCompareIsDeterministic(t *testing.T) {
	o := baseline.SmokeOptions()
	o.Seeds, o.Training.Steps = []int64{4}, 10
	first, err := baseline.Compare(t.Context(), backend.Host(), o)
	if err != nil {
		t.Fatal(err)
	}
	again, err := baseline.Compare(t.Context(), backend.Host(), o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range first.Outcomes {
		a, b := first.Outcomes[i], again.Outcomes[i]
		if a.Distance != b.Distance || a.Excess != b.Excess {
			t.Errorf("%+v, then %+v", a, b)
		}
	}
	if first.Floor.SD != 0 {
		t.Errorf("one seed has a spread: %+v", first.Floor)
	}
}

func TestCompareErrors(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := baseline.Compare(cancelled, backend.Host(), baseline.SmokeOptions()); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled comparison returned %v", err)
	}
	for want, change := range map[string]func(*baseline.Options){
		"[]":                     func(o *baseline.Options) { o.Seeds = nil },
		"-0.5":                   func(o *baseline.Options) { o.LearningRates = []float64{1, -0.5} },
		"-0.25":                  func(o *baseline.Options) { o.EnergyL2 = []float64{-0.25} },
		"32 Langevin steps need": func(o *baseline.Options) { o.Langevin.Steps = 32 },
	} {
		o := baseline.SmokeOptions()
		change(&o)
		if _, err := baseline.Compare(t.Context(), backend.Host(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that names %s, got %v", want, err)
		}
	}
}
