package paper_test

import (
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
)

// With twice the evaluations each solver comes nearer to the accurate images, and adaptive ones nearest; features that nothing trained judge nothing.
func TestErrorFallsWithEvaluations(t *testing.T) {
	dir := runImages(t, "nfe", testEnv(t, "data=drawn", "steps=2", "width=2", "depth=1", "samples=4"))
	arrays := arraysIn(t, dir, "nfe")
	spent, errors := tensors.MustCopyFlatData[float64](arrays["nfe"]), tensors.MustCopyFlatData[float64](arrays["error"])
	for i := 0; i < 6; i += 2 {
		if spent[i+1] != 2*spent[i] || !(errors[i] > 1.2*errors[i+1]) || !(errors[i+1] > 2*max(errors[6], errors[7])) {
			t.Errorf("%g evaluations: error %g; %g: %g; adaptive: %g", spent[i], errors[i], spent[i+1], errors[i+1], errors[6:])
		}
	}
	m, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, judged := m.Results["frechet_accurate"]; judged || len(m.Tables[0].Rows) != len(spent)+1 {
		t.Errorf("results %v, table %v", m.Results, m.Tables[0].Rows)
	}
}
