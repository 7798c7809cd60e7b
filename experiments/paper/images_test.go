package paper_test

import (
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo/dataset"
)

// The elements of images share one training and one set of samples, and each leaves the arrays that its figure needs.
func TestElementsOfImagesShareTheirModel(t *testing.T) {
	env := testEnv(t, smallImages...)
	first := runImages(t, "fig2", env)
	for _, c := range []struct {
		id, array string
		shape     []int
	}{
		{"fig3", "images", []int{4 * 8, 32, 32, 3}},
		{"fig4", "energy_test", []int{4}},
		{"fig5", "rows", []int{4 * 6, 32, 32, 3}},
		{"fig6", "samples", []int{4, 32, 32, 3}},
	} {
		with := env
		if c.id == "fig3" { // CelebA has no stand-in
			data, err := paper.ParseSet("data=drawn")
			if err != nil {
				t.Fatal(err)
			}
			with.Changes = append(slices.Clone(env.Changes), data)
		}
		dir := runImages(t, c.id, with)
		m, err := record.Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		if want, _ := record.Read(first); m.WeightsSHA256 != want.WeightsSHA256 {
			t.Errorf("%s trained a model of its own", c.id)
		}
		arrays := arraysIn(t, dir, c.id)
		if got := arrays[c.array].Shape().Dimensions; !reflect.DeepEqual(got, c.shape) {
			t.Errorf("%s: %s is %v, want %v", c.id, c.array, got, c.shape)
		}
		if err := paper.Redraw(dir); err != nil {
			t.Error(err)
		}
		switch c.id {
		case "fig5":
			checkNeighbours(t, arrays)
		case "fig6":
			of := func(dir, id string) []uint8 { return tensors.MustCopyFlatData[uint8](arraysIn(t, dir, id)["samples"]) }
			if !slices.Equal(of(dir, "fig6"), of(first, "fig2")) {
				t.Error("figures 2 and 6 show other samples of one model")
			}
		}
	}
	if models, _ := filepath.Glob(filepath.Join(env.Out, "models", "*")); len(models) != 1 {
		t.Errorf("%d models were trained, want 1: %v", len(models), models)
	}
}

// checkNeighbours compares the distances on record with those of the images shown.
func checkNeighbours(t *testing.T, arrays map[string]*tensors.Tensor) {
	t.Helper()
	data, err := dataset.Open("drawn", dataset.Options{})
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
