package main

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

// Every measurement of the method runs to its end, small, and leaves numbers that must hold at any size.
func TestBenchOfTheMethod(t *testing.T) {
	isolate(t)
	for _, c := range []struct {
		args          string
		rows, figures int
		atMost        map[string]float64
		atLeast       map[string]float64
	}{
		{args: "work-precision --from 3 --to 4", rows: 4 + 10, figures: 1,
			atMost: map[string]float64{"dopri5 over scipy RK45, worst": 1, "dopri8 over scipy DOP853, worst": 1, "dopri5 over diffrax Dopri5, worst": 1}},
		{args: "gradient-noise --draws 4 --batch 4 --steps 2", rows: 12},
		{args: "density --problems gauss2 --homotopies posterior --steps 60 --points 8", rows: 1,
			atMost:  map[string]float64{"gauss2, posterior: error of the exact potential": 1e-8, "gauss2, posterior: error by the flow": 1, "gauss2, posterior: mass": 1.001},
			atLeast: map[string]float64{"gauss2, posterior: error by the flow": 0.005, "gauss2, posterior: mass": 0.999}},
		{args: "ood --preset smoke --samples 40 --s 0.9", rows: 3 * 7, figures: 1,
			atMost: map[string]float64{"prior N(0, I), exact log-density: best AUROC": 1}, atLeast: map[string]float64{"prior N(0, I), exact log-density: best AUROC": 0.8}},
		{args: "baseline --smoke", rows: 3,
			atMost: map[string]float64{"VAPO, alignment, learning rate 0.01: diverged": 0}, atLeast: map[string]float64{"VAPO, alignment, learning rate 0.01: diverged": 0}},
	} {
		name := strings.Fields(c.args)[0]
		t.Run(name, func(t *testing.T) {
			code, _, stderr := command(t, append([]string{"bench"}, strings.Fields(c.args)...)...)
			if code != 0 {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			m, err := record.Read(paper.RunsDir("results") + "/bench-" + name)
			if err != nil {
				t.Fatal(err)
			}
			if len(m.Tables) == 0 || len(m.Tables[0].Rows) != c.rows || len(m.Figures) != c.figures {
				t.Errorf("%d tables and %d figures; want the first table with %d rows, and %d figures", len(m.Tables), len(m.Figures), c.rows, c.figures)
			}
			for key, most := range c.atMost {
				if v, ok := m.Results[key]; !ok || v > most {
					t.Errorf("%s = %g, want at most %g", key, v, most)
				}
			}
			for key, least := range c.atLeast {
				if v := m.Results[key]; v < least {
					t.Errorf("%s = %g, want at least %g", key, v, least)
				}
			}
		})
	}
	if code, _, stderr := command(t, "report"); code != 0 {
		t.Fatal(stderr)
	}
	html, err := os.ReadFile("results/index.html")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(html), "data:image/png;base64,"); n != 2 || !strings.Contains(string(html), "scipy") {
		t.Errorf("the report holds %d figures of measurements, want 2, and SciPy's numbers", n)
	}
}

// The losses have one mean gradient, at each s; covariance has by far the most noise where v is small.
func TestLossesShareTheirMeanGradient(t *testing.T) {
	path, err := homotopy.Posterior(1, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	m := &vapo.Model{Backend: backend.Host(), Homotopy: path, Potential: potential.MLP{Width: 16, Depth: 2}, Shape: []int{2}, Store: model.NewStore()}
	m.Store.SetParam(model.ParamInitialSeed, int64(3))
	o := noiseOptions{draws: 64, batch: 128}
	all, err := measureNoise(t.Context(), m, o)
	if err != nil {
		t.Fatal(err)
	}
	telling := 0
	for i := 0; i < len(all); i += len(loss.Names()) {
		first := all[i]
		for _, other := range all[i+1 : i+len(loss.Names())] {
			distance := 0.0
			for j := range first.mean {
				distance += math.Pow(first.mean[j]-other.mean[j], 2)
			}
			// E‖difference of the means‖² ≤ 2(trace + trace)/examples, whatever the draws share.
			bound := 2 * (first.Trace + other.Trace) / float64(o.draws*o.batch)
			if distance > 2*bound {
				t.Errorf("s = %g: the mean gradients of %s and %s differ by %g in square, more than their noise (%g)", first.S, first.Loss, other.Loss, distance, bound)
			}
			if first.Signal > 20*bound {
				telling++
			}
			if other.Loss == "covariance" && first.S == 0.95 && other.Trace < 100*first.Trace {
				t.Errorf("the trace of covariance's noise at s = 0.95 is %g, of alignment's %g", other.Trace, first.Trace)
			}
		}
	}
	if telling < 4 {
		t.Errorf("noise hides the mean gradient in all but %d comparisons: the test proves nothing", telling)
	}
}

func TestBenchWrongUse(t *testing.T) {
	isolate(t)
	for _, c := range [][2]string{
		{"gradient-noise --draws 1", "--draws 4"}, {"work-precision --from 9 --to 3", "got 9 and 3"},
		{"density --problems ring9", `"ring9"`}, {"density --homotopies bent", `"bent"`}, {"density --points 0", "--points 2"},
		{"ood --preset huge", `"huge"`}, {"ood --samples 1", "--samples 10"}, {"ood --s 0.5,1", "inside (0, 1)"},
	} {
		code, _, stderr := command(t, append([]string{"bench"}, strings.Fields(c[0])...)...)
		if code != 2 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c[1]) {
			t.Errorf("%s: exit code %d, %s", c[0], code, stderr)
		}
	}
}
