package main

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
)

// TestPosterior: one coordinate of gauss2, N((1, −1), 0.5² I), measured: it has the posterior's mean, and the other keeps the prior's. What
// the input holds where it is unknown does not matter.
func TestPosterior(t *testing.T) {
	isolate(t)
	writeX(t, "point.npz", tensors.FromValue([][]float64{{2, 77}}))
	writeX(t, "mask.npz", tensors.FromValue([]bool{true, false}))
	code, stdout, stderr := command(t, strings.Fields("posterior --run oracle:gauss2 --input point.npz --mask mask.npz --noise 0.5 --s 1 --n 64 --keep 40 --levels 6 --out o.npz")...)
	if code != 0 {
		t.Fatalf("exit %d: %s%s", code, stdout, stderr)
	}
	arrays, err := record.ReadArrays("o.npz")
	if err != nil {
		t.Fatal(err)
	}
	if x := arrays["x"].Shape().Dimensions; len(x) != 2 || x[0] != 64 || x[1] != 2 {
		t.Errorf("x has shape %v, want [64 2]", x)
	}
	mean, sd := arrays["mean"].Value().([]float64), arrays["sd"].Value().([]float64)
	for j, want := range [][2]float64{{1.5, 0.5 / math.Sqrt2}, {-1, 0.5}} {
		if math.Abs(mean[j]-want[0]) > 0.08 || math.Abs(sd[j]-want[1]) > 0.06 {
			t.Errorf("coordinate %d: %.3f ± %.3f, want %.3f ± %.3f", j, mean[j], sd[j], want[0], want[1])
		}
	}
	if !strings.Contains(stdout, "1 of 2 values known") || !strings.Contains(stdout, "acceptance") || !strings.Contains(stdout, "split-R̂ at most 1.") {
		t.Errorf("it says %q", stdout)
	}
}

// What cannot be sampled is one line that says why.
func TestPosteriorErrors(t *testing.T) {
	isolate(t)
	writeX(t, "point.npz", tensors.FromValue([][]float64{{2, 77}}))
	writeX(t, "two.npz", tensors.FromValue([][]float64{{2, 77}, {1, 1}}))
	writeX(t, "mask.npz", tensors.FromValue([]bool{true, false}))
	writeX(t, "long.npz", tensors.FromValue([]bool{true, false, true}))
	writeX(t, "none.npz", tensors.FromValue([]int32{0, 0}))
	writeX(t, "text.npz", tensors.FromValue([]complex64{1, 0}))
	writeX(t, "nan.npz", tensors.FromValue([][]float64{{math.NaN(), 77}}))
	writeX(t, "image.npz", tensors.FromFlatDataAndDimensions(make([]uint8, 3072), 1, 32, 32, 3))
	writeX(t, "small.npz", tensors.FromFlatDataAndDimensions(make([]uint8, 588), 1, 14, 14, 3))
	writeX(t, "turned.npz", tensors.FromFlatDataAndDimensions(make([]uint8, 1024), 16, 64))
	writeX(t, "planes.npz", tensors.FromFlatDataAndDimensions(make([]uint8, 3072), 3, 32, 32))
	writeX(t, "black.npz", tensors.FromFlatDataAndDimensions(make([]uint8, 1024), 32, 32))
	const (
		good  = "posterior --run oracle:gauss2 --input point.npz --mask mask.npz --out o.npz "
		image = "posterior --run pretrained:cifar10 --backend go --input image.npz --mask black.npz --out o.npz "
	)
	for _, c := range []struct {
		args string
		code int
		want []string
	}{
		{"posterior --run oracle:gauss2 --input point.npz --out o.npz", 2, []string{"--mask", "known"}},
		{good + "--input two.npz", 2, []string{"2 examples", "give one"}},
		{good + "--mask long.npz", 2, []string{"[3]", "[2]"}},
		{good + "--mask none.npz", 1, []string{"measures nothing"}},
		{good + "--mask nowhere.npz", 1, []string{"nowhere.npz"}},
		{good + "--mask text.npz", 1, []string{"text.npz", "Complex64", "uint8"}},
		{good + "--input nan.npz", 1, []string{"nan.npz", "NaN"}},
		{good + "--input image.npz", 1, []string{"image.npz", "[2]"}},
		{image + "--input small.npz", 1, []string{"small.npz", "[32 32 3]"}},
		{image + "--input point.npz", 1, []string{"point.npz", "[32 32 3]"}},
		{image + "--mask turned.npz", 2, []string{"[16 64]", "[32 32 3]", "each pixel"}},
		{image + "--mask planes.npz", 2, []string{"[3 32 32]", "[32 32 3]"}},
		{image, 1, []string{"measures nothing"}},
		{good + "--noise 0", 2, []string{"--noise 0"}},
		{good + "--s 0.01", 2, []string{"--s 0.01"}},
		{good + "--out point.npz", 2, []string{"replace the input"}},
		{good + "--out o.txt", 2, []string{".npz"}},
	} {
		code, _, stderr := command(t, strings.Fields(c.args)...)
		for _, want := range c.want {
			if code != c.code || !strings.Contains(stderr, want) || strings.Count(strings.TrimSpace(stderr), "\n") > 0 {
				t.Errorf("%s: exit %d, %q; want %d and %q", c.args, code, stderr, c.code, want)
			}
		}
	}
}
