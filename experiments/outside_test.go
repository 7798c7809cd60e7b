package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// NumPy and SciPy alone, with formulas of their own, come to what a record says of a model.
func TestRecordFromOutside(t *testing.T) {
	script, err := filepath.Abs("peers/outside.py")
	if err != nil {
		t.Fatal(err)
	}
	if err := exec.Command("python3", "-c", "import numpy, scipy").Run(); err != nil {
		t.Skip("python3 with numpy and scipy is not there (pip install numpy scipy): the record is not compared with theirs")
	}
	isolate(t)
	outside := func(args ...string) (string, error) {
		out, err := exec.Command("python3", append([]string{script}, args...)...).CombinedOutput()
		return string(out), err
	}
	if out, err := outside("points.npy"); err != nil {
		t.Fatal(out, err)
	}
	const run = "fig1-smoke-best-seed0"
	for _, args := range []string{
		"run fig1 --preset smoke", "export --run " + run + " --out model.safetensors", "score --run " + run + " --input points.npy --out scores.npz",
	} {
		if code, _, stderr := command(t, strings.Fields(args)...); code != 0 {
			t.Fatalf("%s: exit code %d: %s", args, code, stderr)
		}
	}
	out, err := outside("--draws", "128", "points.npy", "model.safetensors", "scores.npz", "results/runs/"+run)
	t.Log("\n" + out)
	if err != nil || strings.Count(out, "\n") != 11 {
		t.Error(err)
	}
}
