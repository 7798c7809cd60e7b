package paper_test

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"testing"

	"vapoflow/experiments/measure"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

func testEnv(t *testing.T, sets ...string) paper.Env {
	t.Helper()
	env := paper.Env{
		Backend: &backend.Choice{Backend: backend.Host(), Name: "go", Line: "backend go: test"},
		Out:     t.TempDir(), Preset: "smoke", Recipe: "best", Resume: true,
	}
	for _, set := range sets {
		c, err := paper.ParseSet(set)
		if err != nil {
			t.Fatal(err)
		}
		env.Changes = append(env.Changes, c)
	}
	return env
}

// The arrays alone, read by whoever has them, give the exact field again by the formulas of
// THEORY §6, here in plain loops, for homotopies with a time t and without; and the figure is drawn from them.
func TestFig1ArraysHoldTheExactField(t *testing.T) {
	for i, homotopy := range []string{"posterior", "trigonometric"} {
		env := testEnv(t, "steps=10", "samples=8", "homotopy="+homotopy)
		dir, err := paper.Run(context.Background(), "fig1", env)
		if err != nil {
			t.Fatal(err)
		}
		p := new(measure.Plane)
		if err := p.Arrays().Load(filepath.Join(dir, "fig1.npz")); err != nil {
			t.Fatal(err)
		}
		if len(p.T) != 5*(1-i) || len(p.Means) != 8 || p.Std != 0.1 || len(p.S) != 5 || len(p.Points[0]) < 100 {
			t.Errorf("%s: %d times, %d means, std %g, %d × %d points", homotopy, len(p.T), len(p.Means), p.Std, len(p.S), len(p.Points[0]))
		}
		worst, excess, norm := 0.0, 0.0, 0.0
		for k := range p.S {
			for i, x := range p.Points[k] {
				u := ringField(p, x, k)
				worst = max(worst, math.Hypot(u[0]-p.FieldExact[k][i][0], u[1]-p.FieldExact[k][i][1]))
				excess += square(p.Field[k][i], u)
				norm += square([2]float64{}, u)
			}
		}
		if worst > 1e-9 {
			t.Errorf("%s: field_exact is off by %g", homotopy, worst)
		}
		// Ten steps from a random start: near Φ = 0, whose relative excess is 1.
		if r := excess / norm; math.Abs(r-p.Excess.Overall) > 0.25 || r < 0.3 {
			t.Errorf("%s: relative excess at the points %.2f, reported %.2f", homotopy, r, p.Excess.Overall)
		}
		if i > 0 {
			continue
		}
		if err := record.Verify(dir); err != nil {
			t.Error(err)
		}
		before, _ := os.ReadFile(filepath.Join(dir, "fig1.svg"))
		os.Remove(filepath.Join(dir, "fig1.svg"))
		if err := os.RemoveAll(record.ModelsDir(env.Out)); err != nil {
			t.Fatal(err)
		}
		if err := paper.Redraw(dir); err != nil {
			t.Fatal(err)
		}
		after, _ := os.ReadFile(filepath.Join(dir, "fig1.svg"))
		if len(after) == 0 || string(before) != string(after) {
			t.Error("the figure drawn again is another")
		}
		if err := record.Verify(dir); err != nil {
			t.Error(err)
		}
	}
}

func square(a, b [2]float64) float64 { return math.Pow(a[0]-b[0], 2) + math.Pow(a[1]-b[1], 2) }

// ringField is u*(x, s) at the k-th clock value, from the arrays of the figure and nothing else.
func ringField(p *measure.Plane, x [2]float64, k int) [2]float64 {
	mu, v, mudot, vdot := p.Mu[k], p.V[k], p.MuDot[k], p.VDot[k]
	wide := v + mu*mu*p.Std*p.Std
	var sum float64
	var mean [2]float64
	for _, m := range p.Means {
		dx, dy := x[0]-mu*m[0], x[1]-mu*m[1]
		r := math.Exp(-(dx*dx + dy*dy) / (2 * wide))
		gain := mu * p.Std * p.Std / wide
		sum += r
		mean[0] += r * (m[0] + gain*dx)
		mean[1] += r * (m[1] + gain*dy)
	}
	decay := vdot / (2 * v)
	var u [2]float64
	for axis := range u {
		u[axis] = decay*x[axis] + (mudot-mu*decay)*mean[axis]/sum
	}
	return u
}

// An interrupted run says so, and the next one continues its training to the same weights as one
// that was never interrupted.
func TestInterruptedRunIsMarkedAndContinued(t *testing.T) {
	env := testEnv(t, "steps=12", "samples=4", "batch=32")
	whole, err := paper.Run(context.Background(), "fig1", env)
	if err != nil {
		t.Fatal(err)
	}
	want, _ := record.Read(whole)

	env.Out = t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	resumed := -1
	env.Watch = func(string, int) (func(vapo.Progress), func()) {
		return func(p vapo.Progress) {
			if resumed = p.Resumed; p.Step == 5 {
				cancel()
			}
		}, func() {}
	}
	dir, err := paper.Run(ctx, "fig1", env)
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("interrupted run ended with %v", err)
	}
	if m, err := record.Read(dir); err != nil || m.Status != record.Interrupted {
		t.Errorf("marked %q, error %v", m.Status, err)
	}
	dir, err = paper.Run(context.Background(), "fig1", env)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := record.Read(dir)
	if resumed != 5 || m.Status != record.Done || m.WeightsSHA256 != want.WeightsSHA256 {
		t.Errorf("resumed at %d, %s, weights %.8s, want %.8s", resumed, m.Status, m.WeightsSHA256, want.WeightsSHA256)
	}
}
