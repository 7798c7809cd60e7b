package record_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
)

func create(t *testing.T, runs string) *record.Run {
	t.Helper()
	r, err := record.Create(runs, record.Manifest{
		Name: "fig1-smoke-best-seed3", Element: "fig1", Seed: 3, Config: []byte(`{"steps":5}`),
		Data: &record.Data{Name: "ring8", Shape: []int{2}}, Grid: []float64{0, 0.5, 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustRead(t *testing.T, dir string) record.Manifest {
	t.Helper()
	m, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRoundTripAndHashes(t *testing.T) {
	r := create(t, t.TempDir())
	r.Results["relative_excess"] = 1.0 / 3
	r.Results["broken"] = math.NaN()
	arrays := map[string]*tensors.Tensor{"x": tensors.FromValue([]float64{1, 2}), "y": tensors.FromValue([][]uint8{{3}})}
	if err := r.Arrays("fig1.npz", arrays); err != nil {
		t.Fatal(err)
	}
	if err := record.Metrics(r, []map[string]int{{"step": 1}, {"step": 2}}); err != nil {
		t.Fatal(err)
	}
	if running := mustRead(t, r.Dir()); running.Status != record.Running {
		t.Errorf("status while it runs: %s", running.Status)
	}
	if err := r.Close(nil); err != nil {
		t.Fatal(err)
	}
	m := mustRead(t, r.Dir())
	m.Config, m.Seal = nil, "" // indented on its way, and added
	want := r.Manifest
	want.Config = nil
	if !reflect.DeepEqual(m, want) {
		t.Errorf("read %+v\nwrote %+v", m, want)
	}
	if _, ok := m.Results["broken"]; ok || len(m.Notes) != 1 {
		t.Errorf("NaN among the results %v, notes %v: want it dropped with a note", m.Results, m.Notes)
	}
	if m.Artefacts["fig1.npz"] == "" || m.Artefacts["metrics.jsonl"] == "" || m.Hardware.Cores < 1 || m.Versions.Go == "" {
		t.Errorf("incomplete: %+v", m)
	}
	if err := record.Verify(r.Dir()); err != nil {
		t.Error(err)
	}
	back, err := record.ReadArrays(filepath.Join(r.Dir(), "fig1.npz"))
	if err != nil || !reflect.DeepEqual(back["x"].Value(), []float64{1, 2}) || !reflect.DeepEqual(back["y"].Value(), [][]uint8{{3}}) {
		t.Errorf("arrays read back as %v, error %v", back, err)
	}
	if err := os.WriteFile(filepath.Join(r.Dir(), "metrics.jsonl"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := record.Verify(r.Dir()); err == nil {
		t.Error("a changed artefact went unnoticed")
	}
}

// A run that does not end well is marked so and leaves the finished one of its name alone.
func TestUnfinishedRunsReplaceNothing(t *testing.T) {
	runs := t.TempDir()
	first := create(t, runs)
	first.Results["value"] = 1
	if err := first.Close(nil); err != nil {
		t.Fatal(err)
	}
	cut := fmt.Errorf("training stopped: %w", context.Canceled)
	for cause, want := range map[error]record.Status{cut: record.Interrupted, errors.New("no space"): record.Failed} {
		r := create(t, runs)
		r.Results["value"] = 2
		if err := r.Close(cause); !errors.Is(err, cause) {
			t.Errorf("Close(%v) = %v", cause, err)
		}
		if m := mustRead(t, r.Dir()); m.Status != want || m.Error != cause.Error() {
			t.Errorf("marked %s (%s), want %s", m.Status, m.Error, want)
		}
		if m := mustRead(t, first.Dir()); m.Status != record.Done || m.Results["value"] != 1 {
			t.Errorf("the finished run became %s %v", m.Status, m.Results)
		}
	}
	again := create(t, runs)
	again.Results["value"] = 3
	if err := again.Close(nil); err != nil {
		t.Fatal(err)
	}
	stored, problems := record.List(runs)
	if len(stored) != 1 || len(problems) != 0 || stored[0].Results["value"] != 3 {
		t.Errorf("after a rerun: %d runs, problems %v", len(stored), problems)
	}
}

func TestFilesAreWholeOrAbsent(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.npz")
	good := map[string]*tensors.Tensor{"a": tensors.FromValue([]float32{1}), "b": tensors.FromValue([]float32{2}), "c": tensors.FromValue(3.0)}
	if err := record.WriteArrays(path, good); err != nil {
		t.Fatal(err)
	}
	before, _ := os.ReadFile(path)
	gone := tensors.FromValue([]float32{1})
	gone.MustFinalizeAll()
	if err := record.WriteArrays(path, map[string]*tensors.Tensor{"a": good["a"], "z": gone}); err == nil {
		t.Fatal("a tensor without values was written")
	}
	after, _ := os.ReadFile(path)
	if string(before) != string(after) {
		t.Error("a write that failed changed the file")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files, want 1: something was left behind", len(left))
	}
	if err := record.WriteArrays(path, good); err != nil {
		t.Fatal(err)
	}
	if again, _ := os.ReadFile(path); string(before) != string(again) {
		t.Error("the same arrays made other bytes")
	}
}

func TestDamagedRecordsAreNamed(t *testing.T) {
	runs := t.TempDir()
	for name, text := range map[string]string{"cut": `{"schema":`, "later": `{"schema": 99}`} {
		os.MkdirAll(filepath.Join(runs, name), 0o755)
		os.WriteFile(filepath.Join(runs, name, record.ManifestFile), []byte(text), 0o644)
	}
	stored, problems := record.List(runs)
	if len(stored) != 0 || len(problems) != 2 {
		t.Errorf("%d runs and %d problems, want 0 and 2", len(stored), len(problems))
	}
	if _, err := record.Create(runs, record.Manifest{Name: "../elsewhere"}); err == nil {
		t.Error("a name that leaves its folder was taken")
	}
}

func ExampleCreate() {
	runs, _ := os.MkdirTemp("", "runs")
	defer os.RemoveAll(runs)
	run, err := record.Create(runs, record.Manifest{Name: "fig1-smoke-best-seed0", Element: "fig1"})
	if err != nil {
		fmt.Println(err)
		return
	}
	run.Results["relative_excess"] = 0.003
	fmt.Println(filepath.Base(run.Dir()), run.Status)
	err = run.Close(nil) // nil: it went well
	fmt.Println(filepath.Base(run.Dir()), run.Status, err)
	// Output:
	// fig1-smoke-best-seed0.partial running
	// fig1-smoke-best-seed0 done <nil>
}

// A run that panics is on record as failed, not as running for ever, and keeps its stack.
func TestPanicIsAFailure(t *testing.T) {
	r := create(t, t.TempDir())
	err := r.Do(func() error { var none []int; return fmt.Errorf("%d", none[3]) })
	if err == nil || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("error %v, want the panic's text", err)
	}
	if m := mustRead(t, r.Dir()); m.Status != record.Failed || m.Error != err.Error() {
		t.Errorf("the record says %s: %s", m.Status, m.Error)
	}
	if stack, _ := os.ReadFile(r.Path("panic.txt")); !strings.Contains(string(stack), "record_test.go") {
		t.Errorf("panic.txt holds no stack: %q", stack)
	}
}
