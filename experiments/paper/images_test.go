package paper_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo/dataset"
)

// Every element runs at smoke, leaves no result that it does not declare, and is drawn again from its record alone. Those of images share
// one training and one set of samples.
func TestEveryElementRunsAndIsDrawnAgain(t *testing.T) {
	t.Setenv("VAPO_CACHE", t.TempDir())
	ofImages := ownImages(t, "samples=16")
	records := map[string]record.Manifest{}
	for _, e := range paper.Elements() {
		env := ofImages
		if s := settings(t, e.ID, "smoke"); s.Potential == "mlp" {
			env = testEnv(t, "steps=10", "samples=8")
			env.Out = ofImages.Out
		}
		dir := runImages(t, e.ID, env)
		m, err := record.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		records[e.ID] = m
		if len(m.Figures)+len(m.Tables) == 0 {
			t.Errorf("%s shows nothing", e.ID)
		}
		if keys := m.Undeclared(paper.Results(e.ID)); len(keys) > 0 {
			t.Errorf("%s does not declare its results %q", e.ID, keys)
		}
		for _, f := range m.Figures {
			if err := os.Remove(filepath.Join(dir, f.File)); err != nil {
				t.Error(err)
			}
		}
		if err := paper.Redraw(dir); err != nil {
			t.Errorf("%s: %v", e.ID, err)
			continue
		}
		again, err := record.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range m.Figures {
			if again.Artefacts[f.File] != m.Artefacts[f.File] {
				t.Errorf("%s: %s drawn again is another", e.ID, f.File)
			}
		}
		if e.ID != "fig1" && m.WeightsSHA256 != records["fig2"].WeightsSHA256 {
			t.Errorf("%s trained a model of its own", e.ID)
		}
		switch arrays := filepath.Join(dir, e.ID+".npz"); e.ID {
		case "fig5":
			checkNeighbours(t, arraysIn(t, dir, e.ID), ofImages)
		case "fig6":
			of, fig2 := m.Artefacts[filepath.Base(arrays)], records["fig2"].Artefacts["fig2.npz"]
			if of != fig2 {
				t.Error("figures 2 and 6 show other samples of one model")
			}
		}
	}
	if models, _ := filepath.Glob(filepath.Join(ofImages.Out, "models", "*", "weights.npz")); len(models) != 3 { // of points, of images, and a tenth of that for both tables
		t.Errorf("%d models were trained: %v", len(models), models)
	}
}

// checkNeighbours compares the distances on record with those of the images shown.
func checkNeighbours(t *testing.T, arrays map[string]*tensors.Tensor, env paper.Env) {
	t.Helper()
	var file string
	for _, c := range env.Changes {
		if c.Key == "data" {
			file = strings.Trim(string(c.Value), `"`)
		}
	}
	data, err := dataset.Open(file, dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	index, distance := tensors.MustCopyFlatData[float64](arrays["index"]), tensors.MustCopyFlatData[float64](arrays["rms_grey_levels"])
	rows := tensors.MustCopyFlatData[uint8](arrays["rows"])
	size := 32 * 32 * 3
	for sample := range 4 {
		shown := rows[sample*6*size:]
		for k := range 5 {
			x := make([]float32, size)
			if err := data.Read(int(index[sample*5+k]), x); err != nil {
				t.Fatal(err)
			}
			square := 0.0
			for j := range x {
				d := 127.5*float64(x[j]+1) - float64(shown[j])
				square += d * d / float64(size)
			}
			if got := distance[sample*5+k]; got*got > 1.01*square+0.01 || got*got < 0.99*square-0.01 {
				t.Errorf("neighbour %d of sample %d is %g away, on record %g squared", k, sample, square, got)
			}
			if k > 0 && distance[sample*5+k] < distance[sample*5+k-1] {
				t.Errorf("neighbours of sample %d are not in order: %v", sample, distance[sample*5:][:5])
			}
		}
	}
}

func runImages(t *testing.T, id string, env paper.Env) string {
	t.Helper()
	dir, err := paper.Run(context.Background(), id, env)
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	return dir
}

func arraysIn(t *testing.T, dir, id string) map[string]*tensors.Tensor {
	t.Helper()
	arrays, err := record.ReadArrays(filepath.Join(dir, id+".npz"))
	if err != nil {
		t.Fatal(err)
	}
	return arrays
}
