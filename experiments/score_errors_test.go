package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
)

// What cannot be scored is one line that says why, and leaves no file.
func TestScoreErrors(t *testing.T) {
	isolate(t)
	writeX(t, "points.npz", tensors.FromValue(planePoints(3)))
	writeX(t, "space.npz", tensors.FromValue([][]float64{{1, 2, 3}}))
	writeX(t, "nan.npz", tensors.FromValue([][]float64{{1, 2}, {math.NaN(), 0}}))
	for _, dir := range []string{"empty", "broken/checkpoint.npz", "folder.npz"} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("begun", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"file", "begun/checkpoint.npz"} {
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	r, err := record.Create("results/runs", record.Manifest{Name: "bench-step", Element: "bench-step"})
	if err == nil {
		err = r.Close(nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	before, _ := filepath.Glob("*")
	const good = "--run oracle:ring8 --input points.npz --out o.npz "
	for _, c := range []struct {
		args string
		code int
		want []string
	}{
		{"--input points.npz --out o.npz", 2, []string{"--run", "oracle:ring8"}},
		{"--run oracle:ring8 --out o.npz", 2, []string{"--input", ".npz"}},
		{"--run oracle:ring8 --input points.npz", 2, []string{"--out"}},
		{good + "--run oracle:ring9", 2, []string{`"ring9"`, "ring8, gauss2, gauss16, modes16"}},
		{good + "--run oracle:moons", 2, []string{`"moons"`, "ring8"}},
		{good + "--run nonesuch", 2, []string{"nonesuch", "no such run", "oracle:ring8"}},
		{good + "--run empty", 1, []string{"empty", "manifest.json", "model.json"}},
		{good + "--run begun", 1, []string{"begun", "not ended"}},
		{good + "--run bench-step", 1, []string{"bench-step", "no trained model"}},
		{good + "--run results/runs/bench-step --set omega=2", 2, []string{"--set", "oracle"}},
		{good + "--s 0", 2, []string{"--s 0", "(0, 1]"}},
		{good + "--s 1.5", 2, []string{"1.5", "(0, 1]"}},
		{good + "--s NaN", 2, []string{"NaN", "(0, 1]"}},
		{good + "--batch -1", 2, []string{"--batch -1"}},
		{good + "--tolerance 2", 2, []string{"--tolerance 2"}},
		{good + "--set homotopy=bent", 2, []string{`"bent"`, "posterior"}},
		{good + "--set sigma=-1", 2, []string{"sigma", "-1"}},
		{good + "--set steps=3", 2, []string{"steps", "homotopy, omega, sigma"}},
		{good + "--backend tpu", 2, []string{`"tpu"`}},
		{good + "--input none.npz", 1, []string{"none.npz"}},
		{good + "--input ring8", 2, []string{"ring8", ".npz"}},
		{good + "--input space.npz", 1, []string{"space.npz", "[3]", "[2]"}},
		{good + "--input nan.npz", 1, []string{"nan.npz", "row 1", "NaN"}},
		{good + "--out scores.txt", 2, []string{"scores.txt", ".npz"}},
		{good + "--out points.npz", 2, []string{"points.npz", "replace"}},
		{good + "--out file/o.npz", 1, []string{"file/o.npz"}},
		{good + "--out folder.npz", 1, []string{"folder.npz", "folder"}},
		{good + "--colour red", 2, []string{"--colour"}},
	} {
		code, stdout, stderr := command(t, strings.Fields("score "+c.args)...)
		if code != c.code || strings.Count(stderr, "\n") != 1 || strings.Contains(stderr, "goroutine") {
			t.Errorf("%s: exit code %d, want %d\n%s%s", c.args, code, c.code, stdout, stderr)
		}
		for _, want := range c.want {
			if !strings.Contains(stderr, want) {
				t.Errorf("%s: %q is not in: %s", c.args, want, stderr)
			}
		}
	}
	if after, _ := filepath.Glob("*"); strings.Join(after, " ") != strings.Join(before, " ") {
		t.Errorf("files were left behind: %v, before %v", after, before)
	}
}

func TestScoreIsInHelp(t *testing.T) {
	_, stdout, _ := command(t, "--help")
	if !strings.Contains(stdout, "score ") {
		t.Error("experiments --help does not show score")
	}
	_, stdout, _ = command(t, "score", "--help")
	for _, want := range []string{"log_density_flow", "oracle:gauss2 --set homotopy=straight", "--probes", "references"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("score --help lacks %q", want)
		}
	}
}
