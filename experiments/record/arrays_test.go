package record_test

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"vapoflow/experiments/record"
)

type arrays struct {
	N       int
	X       float64
	Rows    [][2]float64
	Cube    [][][]float64
	Quarter [4]float64
	Missing []float64
	Images  record.Images
}

func (a *arrays) Arrays() record.Arrays {
	return record.Arrays{"n": &a.N, "x": &a.X, "rows": &a.Rows, "cube": &a.Cube, "quarter": &a.Quarter, "missing": record.Optional(&a.Missing), "images": &a.Images}
}

func TestArraysComeBack(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.npz")
	want := arrays{N: 3, X: -0.5, Rows: [][2]float64{{1, 2}, {3, 4}, {5, 6}}, Cube: [][][]float64{{{1, 2, 3}}, {{4, 5, 6}}}, Quarter: [4]float64{1, 2, 3, 4},
		Images: record.Images{Shape: []int{1, 2, 3}, Pixels: []uint8{0, 1, 2, 3, 4, 255, 9, 8, 7, 6, 5, 4}}}
	if err := want.Arrays().Save(file); err != nil {
		t.Fatal(err)
	}
	var got arrays
	if err := got.Arrays().Load(file); err != nil || !reflect.DeepEqual(got, want) || got.Images.Len() != 2 {
		t.Errorf("%+v %v, want %+v", got, err, want)
	}

	// What is not as it should be says which array, and how.
	var number float64
	var row []float64
	var pairs [][3]float64
	for name, c := range map[string]struct {
		of   record.Arrays
		want string
	}{
		"missing": {record.Arrays{"y": &number}, `no array "y"; it has [cube images n quarter rows x]`},
		"rank":    {record.Arrays{"rows": &row}, `"rows": it is (Float64)[3, 2], and should be float64 of rank 1`},
		"length":  {record.Arrays{"rows": &pairs}, "axis 1 should have 3"},
		"type":    {record.Arrays{"images": &row}, "should be float64"},
		"images":  {record.Arrays{"rows": &got.Images}, "images are uint8"},
	} {
		if err := c.of.Load(file); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	want.Cube = [][][]float64{{{1, 2}, {3, 4}}, {{5, 6}}}
	if err := want.Arrays().Save(file); err == nil || !strings.Contains(err.Error(), `"cube": a row has 1 values and the first one 2`) {
		t.Errorf("a ragged array: %v", err)
	}
	if err := (record.Arrays{"missing": &want.Missing}).Save(file); err == nil {
		t.Error("an empty array was written")
	}
}

// A share is shown in per cent, and a value with its error by the digits of that.
func TestQuantities(t *testing.T) {
	m := record.Manifest{Results: map[string]float64{"steps": 7}}
	m.Keep("excess", 0.01234, 0.0004)
	excess := record.Quantity{Key: "excess", Label: "relative excess", Unit: "%", Format: "%.2g"}
	if got := excess.In(&m); got != "1.23 ± 0.04 %" {
		t.Errorf("%q", got)
	}
	if keys := m.Undeclared([]record.Quantity{excess}); len(keys) != 1 || keys[0] != "steps" {
		t.Errorf("undeclared: %q", keys)
	}
}
