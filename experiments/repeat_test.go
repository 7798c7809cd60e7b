package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestSplitArgsUndoesJoinArgs(t *testing.T) {
	for _, args := range [][]string{{"bench", "step"}, {"a b", "", "it's", `back\slash`, "$x", "''", "'"}} {
		if got := splitArgs(joinArgs(args)); !slices.Equal(got, args) {
			t.Errorf("%q came back as %q from %s", args, got, joinArgs(args))
		}
	}
}

// A record of an element and one of own points are repeated to the last bit, trained anew.
func TestRunFromRepeatsARecord(t *testing.T) {
	isolate(t)
	small := []string{"--preset", "smoke", "--seed", "3", "--set", "steps=3", "--set", "samples=4", "--set", "batch=32", "--out", "first"}
	for _, args := range [][]string{{"run", "fig1"}, {"train", "--data", "gauss2"}} {
		if code, _, stderr := command(t, append(args, small...)...); code != 0 {
			t.Fatal(stderr)
		}
	}
	records, _ := filepath.Glob("first/runs/*/manifest.json")
	if len(records) != 2 {
		t.Fatalf("records: %v", records)
	}
	for _, from := range records {
		code, stdout, stderr := command(t, "run", "--from", from, "--out", "second")
		if code != 0 || !strings.Contains(stdout, "the same bits in all") || strings.Contains(stdout, "model loaded") {
			t.Errorf("%s: exit code %d: %s%s", from, code, stdout, stderr)
		}
		if !strings.Contains(stdout, "differs: program") && !strings.Contains(stdout, "same bits are due") {
			t.Errorf("%s: not told what differs: %s", from, stdout)
		}
	}
	if code, _, stderr := command(t, "run", "--from", filepath.Dir(records[0]), "--out", "first"); code != 2 || !strings.Contains(stderr, "own place") {
		t.Errorf("the record's own place: exit code %d: %s", code, stderr)
	}
	if code, _, stderr := command(t, "run", "--from", records[0], "--seed", "4"); code != 2 || !strings.Contains(stderr, "--seed") {
		t.Errorf("with a seed: exit code %d: %s", code, stderr)
	}
	if err := os.Remove(strings.TrimSuffix(records[0], "manifest.json") + "fig1.npz"); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, "run", "--from", records[0], "--out", "fourth"); code != 1 || !strings.Contains(stderr, "damaged") {
		t.Errorf("a damaged record: exit code %d: %s", code, stderr)
	}
}
