package desk

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"vapoflow/internal/progress"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// Work of a second shows nothing; of more, a bar from the second second on, which goes; and again for the next work.
func TestWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var pages []string
		w := &waiting{show: func(page string) { pages = append(pages, page) }}
		w.report(0)
		time.Sleep(time.Second)
		w.report(1)
		if len(pages) != 0 {
			t.Fatalf("work of a second showed %q", pages)
		}
		time.Sleep(5 * time.Second)
		for range 2 {
			w.report(0)
			time.Sleep(2100 * time.Millisecond)
			w.report(0.25)
			w.report(0.2) // of another device
			time.Sleep(1900 * time.Millisecond)
			w.report(0.5)
			time.Sleep(time.Second)
			w.report(1)
			want := []string{"building", "50 %, 4s left", ""}
			for i, part := range want {
				if len(pages) != len(want) || !strings.Contains(pages[i], part) {
					t.Fatalf("pages %q, want %q in them", pages, want)
				}
			}
			pages = nil
		}
	})
}

// Samples tell how far they are along a context, batch by batch and step by step, never backwards.
func TestSamplesTellHowFarTheyAre(t *testing.T) {
	path := homotopy.Straight{Omega: 1}
	f := &flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: mixture.Optimal{Mixture: mixture.Gauss2(), Homotopy: path}, Shape: []int{2}}
	var told []float64
	ctx := progress.With(t.Context(), func(done float64) { told = append(told, done) })
	s, err := f.NewSampler(t.Context(), solver.Fixed{Steps: 4}, 1, 3)
	if err != nil {
		t.Fatal(err)
	}
	prior, err := f.Prior(1, 0, 6)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Carry(ctx, prior, func(int, []float32) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if len(told) != 10 || told[0] != 0 || told[9] != 1 || told[4] != 0.5 {
		t.Errorf("told %v", told)
	}
}
