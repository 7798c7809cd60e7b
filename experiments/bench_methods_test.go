package main

import (
	"maps"
	"os"
	"strings"
	"testing"

	"vapoflow/experiments/record"
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
		{args: "work-precision --from 3 --to 4", rows: 3 + 3 + 2 + 3 + 3, figures: 2, atMost: map[string]float64{
			"dopri5 over scipy RK45, ring8, forward": 0.9, "dopri5 over scipy RK45, ring8, backward": 1.05,
			"dopri5 over scipy RK45, Lotka–Volterra, forward":    1.05,
			"dopri5 over scipy RK45, Gaussian 1 × 0.02, forward": 1, "dopri5 over scipy RK45, Gaussian 1 × 0.02, backward": 1.05}},
		{args: "kl --tries adam,muon-averaged --steps 20 --draws 32", rows: 2, figures: 1},
		{args: "images --data drawn --try width=4,base=none --try width=4,base=none,batch=4 --budgets 1,1 --held-out 8 --name two-tries", rows: 2, figures: 1},
		{args: "gradient-noise --draws 4 --batch 4 --steps 2", rows: 12},
		{args: "density --problems gauss2 --homotopies posterior --steps 60 --points 8", rows: 1,
			atMost:  map[string]float64{"gauss2, posterior: error of the exact potential": 1e-8, "gauss2, posterior: error by the flow": 1, "gauss2, posterior: mass": 1.001},
			atLeast: map[string]float64{"gauss2, posterior: error by the flow": 0.005, "gauss2, posterior: mass": 0.999}},
		{args: "ood --preset smoke --samples 40 --s 0.9", rows: 3 * 7, figures: 1,
			atMost: map[string]float64{"prior N(0, I), exact log-density: best AUROC": 1}, atLeast: map[string]float64{"prior N(0, I), exact log-density: best AUROC": 0.8}},
		{args: "posterior --problems ring8 --seeds 1 --samples 16 --steps 20", rows: 2 * 7, figures: 2,
			atMost:  map[string]float64{"ring8, exact, MALA, exchange: error of weights": 0.4, "ring8, exact: log-evidence": -1.5},
			atLeast: map[string]float64{"ring8, exact: log-evidence": -1.9}},
		{args: "baseline --smoke", rows: 3,
			atMost: map[string]float64{"VAPO, alignment, learning rate 0.01: diverged": 0}, atLeast: map[string]float64{"VAPO, alignment, learning rate 0.01: diverged": 0}},
	} {
		name := strings.Fields(c.args)[0]
		t.Run(name, func(t *testing.T) {
			code, _, stderr := command(t, append([]string{"bench"}, strings.Fields(c.args)...)...)
			if code != 0 {
				t.Fatalf("exit code %d: %s", code, stderr)
			}
			m, err := record.Read(record.RunsDir("results") + "/bench-" + strings.Replace(name, "images", "images~two-tries", 1))
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
	// Each is drawn again from its record alone, as elements are.
	of := func() map[string]string {
		hashes := map[string]string{}
		runs, _ := record.List(record.RunsDir("results"))
		for _, r := range runs {
			for _, f := range r.Figures {
				hashes[f.File] = r.Artefacts[f.File]
				os.Remove(r.Dir + "/" + f.File)
			}
		}
		return hashes
	}
	before := of()
	if code, _, stderr := command(t, "report", "--redraw"); code != 0 {
		t.Fatal(stderr)
	}
	html, err := os.ReadFile("results/index.html")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(html), "data:image/png;base64,"); n != 7 || !strings.Contains(string(html), "scipy") {
		t.Errorf("the report holds %d figures of measurements, want 7, and SciPy's numbers", n)
	}
	if after := of(); len(before) == 0 || !maps.Equal(before, after) {
		t.Errorf("drawn again: %v, before: %v", after, before)
	}
}

func TestBenchWrongUse(t *testing.T) {
	isolate(t)
	for _, c := range [][2]string{
		{"gradient-noise --draws 1", "--draws 4"}, {"work-precision --from 9 --to 3", "got 9 and 3"},
		{"density --problems ring9", `"ring9"`}, {"density --homotopies bent", `"bent"`}, {"density --points 0", "--points 2"},
		{"ood --preset huge", `"huge"`}, {"ood --samples 1", "--samples 10"}, {"ood --s 0.5,1", "inside (0, 1)"},
		{"kl --tries luck", `"luck"`}, {"kl --draws 1", "--draws 16"},
		{"posterior --samples 1", "--samples 16"}, {"posterior --problems ring9", `"ring9"`}, {"inpainting --models imagenet", `"imagenet"`}, {"inpainting --images 1", "--images 3"},
		{"guidance --models imagenet", `"imagenet"`}, {"guidance --weights -1", "at least 0"},
		{"images --try data=celeba", "one set"}, {"images --budgets 1,2,3,4", "--keep"}, {"images --budget 1", "experiments bench images --help"},
		{"step --preset huge", `"huge"`}, {"step --preset smoke --batches 0", "[0]"},
	} {
		code, _, stderr := command(t, append([]string{"bench"}, strings.Fields(c[0])...)...)
		if code != 2 || strings.Count(stderr, "\n") != 1 || !strings.Contains(stderr, c[1]) {
			t.Errorf("%s: exit code %d, %s", c[0], code, stderr)
		}
	}
}
