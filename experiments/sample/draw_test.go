package sample

import (
	"context"
	"reflect"
	"testing"

	"vapoflow/experiments/trained"
	"vapoflow/vapo/backend"
)

// The evaluations that are told are those that are made, with and without a stage that is reused.
func TestSampleCountsEvaluations(t *testing.T) {
	o := Options{Reference: trained.Reference{Run: "oracle:ring8"}, Out: "o.npz", Steps: 3, Batch: 2}
	open, err := o.Locate()
	if err != nil {
		t.Fatal(err)
	}
	by, err := open(backend.Host())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rk4", "bosh3", "tsit5"} {
		o.Solver = name
		job, err := New(o, by, "go", 0, 2)
		if err != nil {
			t.Fatal(err)
		}
		_, with, err := o.method(false)
		if err != nil {
			t.Fatal(err)
		}
		sol, err := by.Model.Sample(context.Background(), with, 0, 0, 2)
		if err != nil {
			t.Fatal(err)
		}
		if job.NFE != sol.NFE || !reflect.DeepEqual(job.Grid, sol.Grid) {
			t.Errorf("%s: %d evaluations on %v, the solver makes %d on %v", name, job.NFE, job.Grid, sol.NFE, sol.Grid)
		}
	}
}
