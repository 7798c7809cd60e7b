package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vapoflow/experiments/record"
)

// Two shards in folders of their own are merged to the same numbers as one process finds, which repeats no run that is there.
func TestSweepInShardsIsTheSweep(t *testing.T) {
	isolate(t)
	dir := t.TempDir()
	folder := func(name string) string { return filepath.Join(dir, name) }
	sweep := func(args ...string) string {
		code, out, stderr := command(t, append([]string{"sweep", "fig1", "--preset", "smoke", "--backend", "go", "--set", "steps=2", "--set", "samples=20", "--set", "seed=0..2"}, args...)...)
		if code != exitDone {
			t.Fatalf("%q: exit %d, %s", args, code, stderr)
		}
		return out
	}
	sweep("--out", folder("whole"))
	sweep("--out", folder("a"), "--shard", "1/2")
	code, _, stderr := command(t, "sweep", "merge", folder("a"), "--out", folder("merged"))
	if code != exitFailure || !strings.Contains(stderr, "1 of 3 runs are missing") || !strings.Contains(stderr, "2 (seed=1)") {
		t.Errorf("merging a part: exit %d, %s", code, stderr)
	}
	sweep("--out", folder("b"), "--shard", "2/2")
	if code, _, stderr := command(t, "sweep", "merge", folder("a"), folder("b"), "--out", folder("merged")); code != exitDone {
		t.Fatal(stderr)
	}
	whole, merged := cellsOf(t, folder("whole")), cellsOf(t, folder("merged"))
	if len(whole) != 4 || !slices.EqualFunc(whole, merged, slices.Equal) {
		t.Errorf("one process\n%v\nshards\n%v", whole, merged)
	}
	if out := sweep("--out", folder("whole")); strings.Count(out, "done before") != 3 {
		t.Errorf("again:\n%s", out)
	}

	arrays, _ := filepath.Glob(filepath.Join(folder("b"), "runs", "fig1-*", "*.npz"))
	if err := os.WriteFile(arrays[0], []byte("other"), 0o666); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := command(t, "sweep", "merge", folder("b"), "--out", folder("merged2")); code != exitFailure || !strings.Contains(stderr, "is damaged") {
		t.Errorf("merging a damaged run: exit %d, %s", code, stderr)
	}
}

// cellsOf reads cells.csv of the one sweep below a folder, but its seconds.
func cellsOf(t *testing.T, out string) [][]string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(out, "runs", "sweep-*", "cells.csv"))
	if len(files) != 1 {
		t.Fatalf("%s: sweeps %v", out, files)
	}
	if m, err := record.Read(filepath.Dir(files[0])); err != nil || m.Status != record.Done || len(m.Tables) != 1 {
		t.Fatalf("%+v %v", m, err)
	}
	f, err := os.Open(files[0])
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if seconds := slices.Index(lines[0], "training_seconds"); seconds >= 0 {
		for i := range lines {
			lines[i] = slices.Delete(lines[i], seconds, seconds+1)
		}
	}
	return lines
}

func TestSweepSaysWhatIsWrong(t *testing.T) {
	isolate(t)
	for _, c := range []struct {
		args string
		want string
	}{
		{"fig1", "say what is varied"},
		{"fig1 --set seed", "key=0..9"},
		{"fig1 --set seed=3..1", "not a range"},
		{"fig1 --set seed=0..99999", "not a range"},
		{"fig1 --set seed=0..999 --set steps=1..999", "more than 10000 runs"},
		{"fig1 --set sead=0..3", "did you mean seed"},
		{"fig1 --set seed=1,1", "twice"},
		{"fig1 --set seed=1 --set seed=2", "given twice"},
		{"fig1 --set seed=0..3 --shard 0/2", "i/n"},
		{"fig1 --set seed=0..3 --shard 3/2", "i/n"},
		{"fig1 --set seed=0..3 --shard 1/2x", "i/n"},
		{"fig1 --set loss=alignment,hinge --out " + t.TempDir(), "hinge"},
		{"fog1 --set seed=0..3", "fog1"},
		{"merge " + t.TempDir(), "holds no sweep"},
	} {
		code, _, stderr := command(t, append([]string{"sweep"}, strings.Fields(c.args)...)...)
		if code != exitUsage || !strings.Contains(stderr, c.want) {
			t.Errorf("sweep %s: exit %d, %q; want %q", c.args, code, stderr, c.want)
		}
	}
}
