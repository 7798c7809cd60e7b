package dataset

import (
	"math"
	"testing"
)

// moments are E x, E y, E x², E xy, E y².
type moments [5]float64

// TestPlanarMoments compares each formula's first and second moments, taken over 400,000 draws, with their closed
// form; the bound is five standard errors.
func TestPlanarMoments(t *testing.T) {
	// Spirals: E g(n) with n = 3π√u has density 2v in v = √u.
	arm := func(g func(n float64) float64) float64 {
		return simpson(func(v float64) float64 { return 2 * v * g(3*math.Pi*v) })
	}
	c, s := arm(func(n float64) float64 { return n * math.Cos(n) }), arm(func(n float64) float64 { return n * math.Sin(n) })
	cc := arm(func(n float64) float64 { return n * n * math.Cos(n) * math.Cos(n) })
	ss := arm(func(n float64) float64 { return n * n * math.Sin(n) * math.Sin(n) })
	cs := arm(func(n float64) float64 { return n * n * math.Sin(n) * math.Cos(n) })
	roll := func(g func(t float64) float64) float64 {
		return simpson(func(u float64) float64 { return g(1.5 * math.Pi * (1 + 2*u)) })
	}
	square := func(f func(float64) float64) func(float64) float64 {
		return func(t float64) float64 { return t * t * f(t) }
	}
	const pi = math.Pi
	want := map[string]moments{
		"moons":        {0, 0.3, 3 + 0.04, 0.5 - 4/pi, 2.34 - 4/pi + 0.04},
		"checkerboard": {0, 0, 3, 0.75 * 0.75, 3},
		"spirals": {
			0, 0, (cc-c/2+1./12)/9 + 0.01, (-cs + (s-c)/4 + 1./16) / 9, (ss+s/2+1./12)/9 + 0.01,
		},
		"pinwheel": {0, 0, 2.2, 0, 2.2}, // five-fold symmetry; E‖x‖² = 4 (1 + 0.3² + 0.1²)
		"swissroll": {
			0.4, 2 / (15 * pi),
			roll(square(func(t float64) float64 { return math.Cos(t) * math.Cos(t) / 25 })) + 0.04,
			roll(square(func(t float64) float64 { return math.Sin(t) * math.Cos(t) / 25 })),
			roll(square(func(t float64) float64 { return math.Sin(t) * math.Sin(t) / 25 })) + 0.04,
		},
		"rings": {0, 0, 9*30/128. + 0.08*0.08, 0, 9*30/128. + 0.08*0.08},
	}
	formulas := map[string]func() (x, y float64){}
	r := source(7, 0)
	formulas["moons"] = func() (x, y float64) { return moons(r) }
	formulas["checkerboard"] = func() (x, y float64) { return checkerboard(r) }
	formulas["spirals"] = func() (x, y float64) { return spirals(r) }
	formulas["pinwheel"] = func() (x, y float64) { return pinwheel(r) }
	formulas["swissroll"] = func() (x, y float64) { return swissRoll(r) }
	formulas["rings"] = func() (x, y float64) { return rings(r) }
	for name, draw := range formulas {
		compareMoments(t, name, want[name], 400_000, draw)
	}
}

func compareMoments(t *testing.T, name string, want moments, n int, draw func() (x, y float64)) {
	t.Helper()
	var sum, squares moments
	for range n {
		x, y := draw()
		for k, v := range (moments{x, y, x * x, x * y, y * y}) {
			sum[k] += v
			squares[k] += v * v
		}
	}
	for k, label := range []string{"E x", "E y", "E x²", "E xy", "E y²"} {
		mean := sum[k] / float64(n)
		bound := 5 * math.Sqrt((squares[k]/float64(n)-mean*mean)/float64(n))
		if math.Abs(mean-want[k]) > bound {
			t.Errorf("%s: %s is %.4f, expected %.4f ± %.4f", name, label, mean, want[k], bound)
		}
	}
}

// simpson integrates f over [0, 1].
func simpson(f func(float64) float64) float64 {
	const n = 2000
	sum := f(0) + f(1)
	for i := 1; i < n; i++ {
		sum += float64(2+2*(i%2)) * f(float64(i)/n)
	}
	return sum / (3 * n)
}

// TestSplitsShareNothing: the two splits of a formula are different draws, and opening a set again gives the same.
func TestSplitsShareNothing(t *testing.T) {
	for _, name := range []string{"moons", "spirals", "ring8", "drawn"} {
		seen := map[[2]float32]bool{}
		for _, split := range []string{"train", "test"} {
			for _, x := range firstPairs(t, name, split) {
				if seen[x] {
					t.Errorf("%s: %v is both in train and test, or twice in one", name, x)
				}
				seen[x] = true
			}
		}
		for _, x := range firstPairs(t, name, "train") {
			if !seen[x] {
				t.Errorf("%s: opened again, it holds %v, which was not there before", name, x)
			}
		}
	}
}

// firstPairs returns two values that tell examples apart, for the first fifty: all of a point, two sums of an image.
func firstPairs(t *testing.T, name, split string) (pairs [][2]float32) {
	t.Helper()
	ds := open(t, name, Options{Split: split})
	size := ds.Info().Size()
	x, err := ReadRange(ds, 0, 50)
	if err != nil {
		t.Fatal(err)
	}
	for ; len(x) > 0; x = x[size:] {
		var pair [2]float32
		for k, v := range x[:size] {
			pair[k%2] += v
		}
		pairs = append(pairs, pair)
	}
	return pairs
}

func open(t *testing.T, name string, opt Options) Dataset {
	t.Helper()
	ds, err := Open(name, opt)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}
