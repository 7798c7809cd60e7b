package paper_test

import (
	"context"
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo/dataset"
)

var smallImages = []string{"width=4", "depth=1", "steps=2", "batch=4", "samples=4", "solver=euler", "solver_steps=2"}

// Without CIFAR-10 the drawn images stand in, and title, note, name and standing say so.
func TestFig2OnDrawnImagesSaysSo(t *testing.T) {
	planned, err := paper.Plan("fig2", testEnv(t, smallImages...))
	if err != nil {
		t.Fatal(err)
	}
	m := planned.Manifest
	if !strings.Contains(m.Data.Title, "not CIFAR-10") || len(m.Notes) == 0 || !strings.Contains(m.Notes[0], "data fetch cifar10") ||
		!strings.Contains(m.Name, "data=drawn") || m.Claim != "not the paper's data" {
		t.Errorf("%q, notes %q, name %q, standing %q", m.Data.Title, m.Notes, m.Name, m.Claim)
	}
}

func TestFig2(t *testing.T) {
	dir, err := paper.Run(context.Background(), "fig2", ownImages(t, "samples=4"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Figures) != 3 || m.Results["nfe"] != 2 || !reflect.DeepEqual(m.Grid, []float64{0, 0.5, 1}) {
		t.Errorf("figures %v, nfe %g, grid %v", m.Figures, m.Results["nfe"], m.Grid)
	}
	// Two steps from a start at zero change little: the network's first loss is that of its base.
	before, after := m.Results["held_out_alignment_untrained"], m.Results["held_out_alignment"]
	if before < 0.05 || before > 0.6 || after > 1.2*before || after < 0.8*before {
		t.Errorf("held-out loss %.3f, untrained %.3f", after, before)
	}
	arrays, err := record.ReadArrays(filepath.Join(dir, "fig2.npz"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"samples", "real"} {
		if got := arrays[name].Shape().Dimensions; !reflect.DeepEqual(got, []int{4, 32, 32, 3}) {
			t.Errorf("%s is %v", name, got)
		}
	}
	if err := paper.Redraw(dir); err != nil {
		t.Error(err)
	}
}

// Data asked for by name has no stand-in.
func TestFig2WithoutItsDataIsAnError(t *testing.T) {
	named := testEnv(t, append(smallImages, "data=cifar10")...)
	strict := testEnv(t, smallImages...)
	strict.Strict = true
	for _, env := range []paper.Env{named, strict} {
		if dir, err := paper.Run(context.Background(), "fig2", env); !errors.Is(err, dataset.ErrMissing) || dir != "" {
			t.Errorf("error %v, record %q", err, dir)
		}
	}
}
