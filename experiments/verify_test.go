package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A folder of results is whole after a run; one turned bit anywhere in its runs and models is found, named with its remedy, and kept out
// of the report.
func TestVerifyAndReportNameWhatIsDamaged(t *testing.T) {
	isolate(t)
	run := []string{"run", "fig1", "--preset", "smoke", "--set", "steps=3", "--set", "samples=4", "--set", "batch=32"}
	if code, _, stderr := command(t, run...); code != 0 {
		t.Fatal(stderr)
	}
	code, stdout, stderr := command(t, "verify")
	if code != 0 || !strings.Contains(stdout, "all whole: 1 runs, 1 models") {
		t.Fatalf("exit code %d: %s%s", code, stdout, stderr)
	}
	for _, c := range []struct{ file, remedy string }{
		{"results/runs/*/fig1.npz", "run it again: `experiments run fig1 --preset smoke"},
		{"results/runs/*/fig1.png", "report --redraw"},
		{"results/runs/*/metrics.jsonl", "run it again"},
		{"results/runs/*/manifest.json", "copy"},
		{"results/models/*/weights.npz", "sets the damaged files aside"},
		{"results/models/*/model.json", "sets the damaged files aside"},
	} {
		found, _ := filepath.Glob(c.file)
		if len(found) != 1 {
			t.Fatalf("%s: %v", c.file, found)
		}
		whole, err := os.ReadFile(found[0])
		if err != nil {
			t.Fatal(err)
		}
		turned := append([]byte{}, whole...)
		turned[len(turned)/2] ^= 1
		os.WriteFile(found[0], turned, 0o644)
		code, stdout, _ := command(t, "verify")
		if code != 1 || strings.Count(stdout, "damaged: results") != 1 || !strings.Contains(stdout, filepath.Base(c.file)) || !strings.Contains(stdout, c.remedy) {
			t.Errorf("%s: exit code %d: %s", c.file, code, stdout)
		}
		if strings.Contains(c.file, "runs") {
			code, stdout, _ := command(t, "report")
			page, _ := os.ReadFile("results/RESULTS.md")
			picture := strings.HasSuffix(c.file, ".png") // costs the page that picture alone
			if code != 1 || !strings.Contains(stdout, "left out: ") || strings.Contains(string(page), "relative excess") != picture ||
				strings.Contains(string(page), "fig1.png cannot be read") != picture {
				t.Errorf("%s: report: exit code %d: %s", c.file, code, stdout)
			}
		}
		os.WriteFile(found[0], whole, 0o644)
	}
	linked, _ := filepath.Glob("results/runs/fig1*")
	if err := os.Symlink(linked[0], "link"); err != nil {
		t.Skip(err)
	}
	if code, _, stderr := command(t, "export", "--run", "link", "--out", "m.safetensors"); code != 0 {
		t.Errorf("the model of a linked run: %s", stderr)
	}
	for _, wrong := range []string{"nowhere", "."} {
		if code, _, stderr := command(t, "verify", wrong); (code == 2) != (wrong == "nowhere") {
			t.Errorf("verify %s: %d, %s", wrong, code, stderr)
		}
	}
}
