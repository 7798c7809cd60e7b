package dataset

import (
	"math"
	"slices"
	"testing"
)

// TestNoise: mean and variance of values uniform among 256 levels; the constant images have one colour each.
func TestNoise(t *testing.T) {
	for name, perImage := range map[string]int{"constant": 3, "uniform": 8 * 8 * 3} { // independent values of an image
		const n = 2000
		ds := open(t, name, Options{Size: 8})
		x, err := ReadRange(ds, 0, n)
		if err != nil || !slices.Equal(ds.Info().Shape, []int{8, 8, 3}) {
			t.Fatal(ds.Info(), err)
		}
		var sum, square float64
		for k, v := range x {
			if name == "constant" && v != x[k/192*192+k%3] {
				t.Fatalf("image %d has more than one colour", k/192)
			}
			sum, square = sum+float64(v), square+float64(v)*float64(v)
		}
		count, variance := float64(n*perImage), (256.*256-1)/12/(127.5*127.5)
		mean, second := sum/float64(len(x)), square/float64(len(x))
		if math.Abs(mean) > 5*math.Sqrt(variance/count) || math.Abs(second-variance) > 5*math.Sqrt(0.09/count) { // Var v² < 0.09
			t.Errorf("%s: mean %.4f, mean square %.4f, expected 0 and %.4f", name, mean, second, variance)
		}
	}
	if _, err := Open("uniform", Options{Size: -1}); err == nil {
		t.Error("a size of -1 was accepted")
	}
}

// TestInterpolations: with examples (i, i²), the mean of a pair tells which two it is made of.
func TestInterpolations(t *testing.T) {
	const n = 500
	squares := &array{info: Info{Name: "squares", Shape: []int{2}, Len: n, SHA256: "hash"}}
	for i := range n {
		squares.x = append(squares.x, float32(i), float32(i*i))
	}
	seen := map[[2]int]bool{}
	for seed := range uint64(4) {
		ds, err := Interpolations(squares, seed)
		if err != nil {
			t.Fatal(err)
		}
		x, err := ReadRange(ds, 0, n)
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for ; len(x) > 0; x = x[2:] {
			mean, square := float64(x[0]), float64(x[1])
			half := math.Sqrt(square - mean*mean) // a, b = mean ± half
			if a, b := mean-half, mean+half; half < 0.4 || math.Abs(a-math.Round(a)) > 0.02 || a < -0.02 || b > n-0.98 {
				t.Fatalf("%v is no mean of two different examples", x[:2])
			}
			seen[[2]int{int(2 * mean), int(math.Round(2 * half))}] = true
			sum += mean
		}
		if sigma := n / math.Sqrt(24*n); math.Abs(sum/n-(n-1)/2.) > 5*sigma {
			t.Errorf("seed %d: examples average %.1f, expected %.1f ± %.1f", seed, sum/n, (n-1)/2., 5*sigma)
		}
		if info := ds.Info(); info.SHA256 == "hash" || info.Len != n {
			t.Errorf("%+v", info)
		}
	}
	if len(seen) < 4*n*95/100 { // of 124,750 pairs
		t.Errorf("%d different pairs among %d", len(seen), 4*n)
	}
	if _, err := Interpolations(open(t, "ring8", Options{}), 1); err == nil {
		t.Error("an unlimited set was accepted")
	}
}
