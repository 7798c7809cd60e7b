package repeat_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"vapoflow/experiments/record"
	"vapoflow/experiments/repeat"
)

func made() record.Manifest {
	return record.Manifest{
		Name: "fig1", WeightsSHA256: "w", Results: map[string]float64{"error": 0.5, "zero": 0, "training_seconds": 3},
		Artefacts: map[string]string{"fig1.npz": "a", "fig1.png": "p", "model/weights.npz": "m"},
		Data:      &record.Data{SHA256: "d"}, Backend: record.Backend{Name: "go"},
		Versions: record.Versions{Commit: "c", GoMLX: "v1"}, Hardware: record.Hardware{CPU: "x"},
	}
}

func TestDifferences(t *testing.T) {
	if found := repeat.Differences(made(), made()); len(found) > 0 {
		t.Errorf("nothing differs, and yet: %q", found)
	}
	for want, change := range map[string]func(*record.Manifest){
		"commit":      func(m *record.Manifest) { m.Versions.Commit = "e" },
		"not known":   func(m *record.Manifest) { m.Versions.Commit = "" },
		"had changes": func(m *record.Manifest) { m.Versions.Dirty = true },
		"GoMLX: v1":   func(m *record.Manifest) { m.Versions.GoMLX = "v2" },
		"simd":        func(m *record.Manifest) { m.Versions.SIMD = true },
		"processor":   func(m *record.Manifest) { m.Hardware.CPU = "y" },
		"backend: go": func(m *record.Manifest) { m.Backend.Name = "xla:cpu" },
		"data's sha":  func(m *record.Manifest) { m.Data = &record.Data{SHA256: "e"} },
		"settings":    func(m *record.Manifest) { m.Name = "fig1+depth=2" },
	} {
		is := made()
		change(&is)
		if found := repeat.Differences(made(), is); len(found) != 1 || !strings.Contains(found[0], want) {
			t.Errorf("%s: told %q", want, found)
		}
	}
}

func TestCompare(t *testing.T) {
	with := func(change func(*record.Manifest)) repeat.Agreement {
		is := made()
		change(&is)
		return repeat.Compare(made(), is)
	}
	if a := with(func(m *record.Manifest) { m.Results["training_seconds"], m.Artefacts["fig1.png"] = 4, "q" }); !a.Bits || a.Count != 4 {
		t.Errorf("time and pictures do not count: %+v", a)
	}
	if a := with(func(m *record.Manifest) { m.WeightsSHA256 = "v" }); a.Bits || !slices.Equal(a.Others, []string{"weights"}) {
		t.Errorf("other weights: %+v", a)
	}
	if a := with(func(m *record.Manifest) { m.Artefacts["fig1.npz"] = "b" }); a.Bits || !slices.Equal(a.Others, []string{"fig1.npz"}) {
		t.Errorf("other arrays: %+v", a)
	}
	if a := with(func(m *record.Manifest) { m.Results["error"] = 0.4 }); a.Bits || a.Of != "error" || a.Worst < 0.199 || a.Worst > 0.201 {
		t.Errorf("another result: %+v", a)
	}
	if a := with(func(m *record.Manifest) { delete(m.Results, "error") }); a.Bits || !slices.Equal(a.Lacks, []string{"error"}) {
		t.Errorf("a result is missing: %+v", a)
	}
}

func ExampleCompare() {
	was := record.Manifest{WeightsSHA256: "1f2e", Results: map[string]float64{"relative_excess": 0.0500}}
	is := record.Manifest{WeightsSHA256: "77ab", Results: map[string]float64{"relative_excess": 0.0501}}
	fmt.Println(repeat.Compare(was, is))
	// Output: results differ by at most 0.002 of themselves (relative_excess); not the same bits: weights
}
