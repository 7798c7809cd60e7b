package main

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
)

// command runs one command line on pure Go without data.
func command(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = Main(args, &out, &err)
	return code, out.String(), err.String()
}

func isolate(t *testing.T) {
	t.Helper()
	t.Setenv("VAPO_BACKEND", "go")
	t.Setenv("VAPO_DATA", "")
	t.Chdir(t.TempDir())
}

// Wrong use is one line on standard error that names the value and what could be used instead.
func TestWrongUseIsOneClearLine(t *testing.T) {
	isolate(t)
	write := func(path, text string) string {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("unknown.json", `{"stepz": 1}`)
	write("twice.json", `{"steps": 1, "steps": 2}`)
	write("null.json", `{"steps": null}`)
	write("nothing.json", `null`)
	write("file", "")
	write("broken/cifar-10-batches-bin/data_batch_1.bin", "short")
	write("points.npz", "no zip")
	if err := os.Mkdir("empty", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args string
		code int
		want []string
	}{
		{"run fig10", 2, []string{`"fig10"`, "fig1, fig2"}},
		{"run table2", 1, []string{"celeba: data not found", "CelebA.html"}},
		{"run", 2, []string{"fig1", "--all"}},
		{"run fig1 --all", 2, []string{"fig1", "--all"}},
		{"run fig1 --preset huge", 2, []string{`"huge"`, "smoke, quick, cpu, paper"}},
		{"run --all --preset huge", 2, []string{`"huge"`, "smoke, quick, cpu, paper"}},
		{"run fig1 --recipe cake", 2, []string{`"cake"`, "best, paper"}},
		{"run fig1 --backend tpu", 2, []string{`"tpu"`, "auto, go, xla"}},
		{"run fig1 --seed one", 2, []string{`"one"`, "--seed"}},
		{"run fig1 --set stepz=3", 2, []string{`"stepz"`, "did you mean steps?", "learning_rate"}},
		{"run fig1 --set steps=many", 2, []string{"steps", "many", "whole number"}},
		{"run fig1 --set homotopy=bent", 2, []string{`"bent"`, "posterior"}},
		{"run fig1 --set data=nonesuch", 2, []string{`"nonesuch"`, "ring8"}},
		{"run fig1 --config unknown.json", 2, []string{`"stepz"`, "unknown.json"}},
		{"run fig1 --config twice.json", 2, []string{"twice.json", `"steps" is there twice`}},
		{"run fig1 --config null.json", 2, []string{"null.json", "steps is null"}},
		{"run fig1 --config nothing.json", 2, []string{"nothing.json", "null"}},
		{"run fig1 --set steps=null", 2, []string{"steps", "whole number", "null"}},
		{"run fig1 --config missing.json", 2, []string{"missing.json"}},
		{"run fig1 --data nowhere", 2, []string{"nowhere", "no such folder"}},
		{"run fig1 --out file/results", 1, []string{"--out", "file/results"}},
		{"run fig1 --preset smoke --set data=drawn", 1, []string{"drawn", "[32 32 3]"}},
		{"run fig2 --data empty --preset smoke", 1, []string{"cifar10", "experiments data fetch cifar10"}},
		{"run fig2 --data broken --preset smoke", 1, []string{"data_batch", "damaged"}},
		{"run fig2 --set data=cifar10 --preset smoke", 1, []string{"cifar10", "experiments data fetch cifar10"}},
		{"run fig1 --colour red", 2, []string{"--colour", "--help"}},
		{"train", 2, []string{"--data"}},
		{"train --data none.npz", 1, []string{"none.npz"}},
		{"train --data points.npz", 1, []string{"points.npz"}},
		{"train --data nonesuch", 2, []string{`"nonesuch"`, "moons"}},
		{"train --data moons --preset huge", 2, []string{`"huge"`}},
		{"data fetch mnist", 2, []string{`"mnist"`, "cifar10"}},
		{"data fetch", 2, []string{"1 arg"}},
		{"bench step --steps 1", 2, []string{"--steps", "1"}},
		{"bench step --name a/b", 2, []string{"--name", "a/b"}},
		{"list now", 2, []string{`"now"`, "fig1, fig2"}},
		{"paint", 2, []string{`"paint"`}},
	} {
		code, stdout, stderr := command(t, strings.Fields(c.args)...)
		if code != c.code {
			t.Errorf("%s: exit code %d, want %d (%s)", c.args, code, c.code, stderr)
		}
		if strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "goroutine") || strings.Contains(stdout, "Usage:") {
			t.Errorf("%s: not one line:\n%s%s", c.args, stderr, stdout)
		}
		for _, want := range c.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q is not in: %s", c.args, want, stderr)
			}
		}
	}
}

// Defaults < preset < --config < --set < named flags, seen in the manifest of a run.
func TestPrecedence(t *testing.T) {
	isolate(t)
	if err := os.WriteFile("mine.json", []byte(`{"steps": 7, "batch": 8, "samples": 4, "seed": 5}`), 0o644); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := command(t, "run", "fig1", "--preset", "smoke", "--config", "mine.json",
		"--set", "steps=3", "--set", "seed=6", "--seed", "9")
	if code != 0 {
		t.Fatalf("exit code %d: %s", code, stderr)
	}
	if !strings.HasPrefix(stdout, "backend go: ") {
		t.Errorf("the first line is not the backend's: %.80s", stdout)
	}
	runs, _ := record.List("results/runs")
	if len(runs) != 1 {
		t.Fatalf("%d runs", len(runs))
	}
	m := runs[0]
	for _, want := range []string{`"steps": 3`, `"batch": 8`, `"warmup": 20`, `"clip": 1`, `"seed": 9`} {
		if !strings.Contains(string(m.Config), want) {
			t.Errorf("%s is not in the configuration %s", want, m.Config)
		}
	}
	if m.Seed != 9 || m.Status != record.Done || m.Name != "fig1-smoke-best-seed9+steps=3+batch=8+samples=4" {
		t.Errorf("seed %d, %s, %s", m.Seed, m.Status, m.Name)
	}

	// The same command again trains nothing, and the report comes from the records alone.
	_, stdout, _ = command(t, "run", "fig1", "--preset", "smoke", "--config", "mine.json", "--set", "steps=3", "--seed", "9")
	if !strings.Contains(stdout, "model loaded") {
		t.Errorf("trained twice: %s", stdout)
	}
	if err := os.RemoveAll("results/models"); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, "report", "--redraw"); code != 0 {
		t.Errorf("report --redraw: %s", stderr)
	}
}

func TestTrainOnOwnPoints(t *testing.T) {
	isolate(t)
	points := make([][]float64, 40)
	for i := range points {
		sin, cos := math.Sincos(float64(i))
		points[i] = []float64{2 * cos, sin}
	}
	if err := record.WriteArrays("points.npz", map[string]*tensors.Tensor{"x": tensors.FromValue(points)}); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := command(t, "train", "--data", "points.npz", "--preset", "smoke", "--set", "steps=3", "--set", "samples=4", "--set", "base=gaussian")
	if code != 0 {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	for _, file := range []string{"model/weights.npz", "model/model.json", "metrics.jsonl", "loss.png", "fig1.png", "fig1.npz"} {
		if found, _ := filepath.Glob(filepath.Join("results/runs/*", file)); len(found) != 1 {
			t.Errorf("%s is not in the record", file)
		}
	}
}

func TestListAndSettings(t *testing.T) {
	isolate(t)
	code, stdout, _ := command(t, "list")
	if code != 0 || strings.Count(stdout, "\n") != len(paper.Elements()) {
		t.Errorf("list: exit code %d\n%s", code, stdout)
	}
	_, stdout, _ = command(t, "list", "fig2", "--preset", "cpu")
	if err := os.WriteFile("all.json", []byte(stdout), 0o644); err != nil {
		t.Fatal(err)
	}
	if changes, err := paper.ReadChanges("all.json"); err != nil || len(changes) < len(paper.Keys())-1 { // no options of pieces are not listed
		t.Errorf("--config does not read what list writes: %v", err)
	}
}

func ExampleMain() {
	code := Main([]string{"list", "fig1", "--preset", "huge"}, os.Stdout, os.Stdout)
	fmt.Println("exit code", code)
	// Output:
	// experiments: unknown preset "huge"; choose from smoke, quick, cpu, paper
	// exit code 2
}

// A tiny made-up record, a broken one and an interrupted one become a page without outside references.
func TestReport(t *testing.T) {
	isolate(t)
	runs := record.RunsDir("results")
	r, err := record.Create(runs, record.Manifest{
		Name: "fig1-quick-best-seed0", Element: "fig1", Preset: "quick", Recipe: "best", Claim: "inferred",
		Data:    &record.Data{Name: "ring8", Title: "ring of 8 <Gaussians>"},
		Figures: []record.Figure{{File: "fig1.png", Caption: "Excess $E‖∇Φ‖^{2}$"}, {File: "gone.png", Caption: "deleted"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	r.Results["relative_excess"] = 0.00301
	r.Note("made up")
	picture := image.NewRGBA(image.Rect(0, 0, 2, 2))
	picture.Set(0, 0, color.White)
	f, err := os.Create(r.Path("fig1.png"))
	if err != nil {
		t.Fatal(err)
	}
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if err := r.Close(nil); err != nil {
		t.Fatal(err)
	}
	if _, err := record.Create(runs, record.Manifest{Name: "fig2-cpu-best-seed0", Element: "fig2"}); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := command(t, "report")
	if code != 0 || !strings.Contains(stdout, "2 runs") {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	html, _ := os.ReadFile("results/index.html")
	markdown, _ := os.ReadFile("results/RESULTS.md")
	for _, want := range []string{"0.3 %", "inferred", "made up", "Excess E‖∇Φ‖²", "fig2-cpu-best-seed0", "running", "table3", "not run yet", "gone.png cannot be read"} {
		if !strings.Contains(string(html), want) {
			t.Errorf("index.html lacks %q", want)
		}
		if !strings.Contains(string(markdown), want) {
			t.Errorf("RESULTS.md lacks %q", want)
		}
	}
	for _, outside := range []string{"http://", "https://", "<script", `src="runs`} {
		if strings.Contains(string(html), outside) {
			t.Errorf("index.html is not self-contained: it holds %s", outside)
		}
	}
	if !strings.Contains(string(html), "&lt;Gaussians&gt;") || !strings.Contains(string(html), "data:image/png;base64,iVBOR") {
		t.Error("index.html does not escape text or does not hold the picture")
	}
	if !strings.Contains(string(markdown), "(<runs/fig1-quick-best-seed0/fig1.png>)") {
		t.Error("RESULTS.md does not link the picture")
	}
}
