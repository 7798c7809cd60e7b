package main

import (
	"strings"
	"testing"

	"vapoflow/experiments/bench"
	"vapoflow/experiments/record"
	"vapoflow/vapo"
)

// What a training needs is the measured time of a step times the steps; of a smaller batch it is scaled, and said to be.
func TestNeeds(t *testing.T) {
	isolate(t)
	run, err := record.Create("results/runs", record.Manifest{Name: "bench-step", Element: "bench-step"})
	if err != nil {
		t.Fatal(err)
	}
	run.Results["preset paper, float32, batch 32, xla:cuda: ms a step"], run.Results["preset paper, float32, batch 32, xla:cuda: GB"] = 30, 2
	if err := run.Close(nil); err != nil {
		t.Fatal(err)
	}
	c := vapo.DefaultConfig()
	for _, k := range []struct {
		backend      string
		batch, steps int
		want         string
	}{
		{"xla:cuda", 32, 240_000, ": 2 hours at 30 ms a step and at most about 2.0 GB"},
		{"xla:cuda", 128, 240_000, ": 8 hours at 120 ms a step and at most about 8.0 GB"},
		{"xla:cuda", 128, 240_000, "scaled from batch 32"},
		{"xla:cuda", 16, 240_000, "bench step --preset paper --batches 16` measures"},
		{"xla:cpu", 32, 240_000, "measures the hours on xla:cpu"},
	} {
		c.Batch, c.Steps = k.batch, k.steps
		if got, err := bench.Needs("results", "paper", k.backend, c); err != nil || !strings.Contains(got, k.want) {
			t.Errorf("%+v: %q (%v)", k, got, err)
		}
	}
}

// What was timed is the network on CIFAR-10: of other elements nothing is said.
func TestNeedsOfOthers(t *testing.T) {
	isolate(t)
	for args, want := range map[string]int{"list fig2 --needs": 0, "list fig2-celeba --needs": 2, "list fig1 --needs": 2} {
		if code, _, stderr := command(t, strings.Fields(args)...); code != want {
			t.Errorf("%s: exit %d, %s", args, code, stderr)
		}
	}
}

// gpu-day says what it cannot use before it does anything.
func TestGPUDayWrongUse(t *testing.T) {
	isolate(t)
	for _, c := range [][2]string{{"--minutes 0", "--minutes 0"}, {"--preset huge", `"huge"`}, {"--batches 0", "[0]"}, {"--samples 1", "--samples 1"}, {"--backend tpu", `"tpu"`}} {
		code, _, stderr := command(t, append([]string{"gpu-day"}, strings.Fields(c[0])...)...)
		if code != 2 || !strings.Contains(stderr, c[1]) {
			t.Errorf("%s: exit %d, %s", c[0], code, stderr)
		}
	}
}
