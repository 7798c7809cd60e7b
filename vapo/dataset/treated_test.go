package dataset

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// first returns n images of a set, as one.
func first(t *testing.T, ds Dataset, n int) []float32 {
	t.Helper()
	x, err := ReadRange(ds, 0, n)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func treat(t *testing.T, ds Dataset, steps ...Treatment) Dataset {
	t.Helper()
	ds, err := Treated(ds, steps...)
	if err != nil {
		t.Fatal(err)
	}
	return ds
}

// TestTreatedJPEG: the round trip is that of the standard library, and a lower quality changes more.
func TestTreatedJPEG(t *testing.T) {
	const n = 20
	drawn := open(t, "drawn", Options{})
	plain := first(t, drawn, n)
	ds := treat(t, drawn, JPEG(75))
	x := first(t, ds, n)
	for i := range n {
		image := plain[i*cifarPixels : (i+1)*cifarPixels]
		for k, want := range throughJPEG(t, toPicture(image, []int{32, 32, 3})) {
			if x[i*cifarPixels+k] != level[want] {
				t.Fatalf("image %d, value %d: %v, expected %v", i, k, x[i*cifarPixels+k], level[want])
			}
		}
	}
	last := 0.0
	for _, quality := range []int{100, 90, 60, 20} {
		var sum float64
		for k, v := range first(t, treat(t, drawn, JPEG(quality)), n) {
			sum += float64(v-plain[k]) * float64(v-plain[k])
		}
		if sum <= last {
			t.Errorf("quality %d changes no more than the one before: %.2f after %.2f", quality, sum, last)
		}
		last = sum
	}
	if info := ds.Info(); info.Title != "drawn images, not CIFAR-10, JPEG quality 75" || !strings.HasSuffix(info.Source, "JPEG quality 75") {
		t.Errorf("%+v", info)
	}
}

// TestTreatedResize: 2:1 with the tent of width two weighs four neighbours by 1, 3, 3, 1 eighths in each direction; the
// middle of a wide image is taken; images of the right size stay as they are.
func TestTreatedResize(t *testing.T) {
	const side = 16
	wide := &array{info: Info{Name: "wide", Shape: []int{side, side + 4, 3}, Len: 1}, x: make([]float32, side*(side+4)*3)}
	for k := range wide.x {
		wide.x[k] = level[(k/3*37+k*k%11*20)%256]
	}
	ds := treat(t, wide, Resize(side/2))
	if shape := ds.Info().Shape; !slices.Equal(shape, []int{8, 8, 3}) {
		t.Fatal(shape)
	}
	x := first(t, ds, 1)
	weights := [4]float64{1. / 8, 3. / 8, 3. / 8, 1. / 8}
	for row := 1; row < 7; row++ {
		for col := 1; col < 7; col++ {
			for k := range 3 {
				var want float64
				for r, wr := range weights {
					for c, wc := range weights {
						want += wr * wc * float64(wide.x[3*((2*row-1+r)*(side+4)+2+2*col-1+c)+k])
					}
				}
				if got := float64(x[3*(8*row+col)+k]); math.Abs(got-want) > 1./127 {
					t.Fatalf("row %d, column %d, channel %d: %.4f, expected %.4f", row, col, k, got, want)
				}
			}
		}
	}
	drawn := open(t, "drawn", Options{})
	if !slices.Equal(first(t, drawn, 2), first(t, treat(t, drawn, Resize(32)), 2)) {
		t.Error("images of 32×32 were changed by Resize(32)")
	}
	both := treat(t, drawn, Resize(16), JPEG(90)).Info()
	if !slices.Equal(both.Shape, []int{16, 16, 3}) || !strings.HasSuffix(both.Title, ", 16×16, JPEG quality 90") {
		t.Errorf("%+v", both)
	}
}

func TestTreatedRefused(t *testing.T) {
	drawn, points := open(t, "drawn", Options{}), open(t, "moons", Options{})
	for says, c := range map[string]struct {
		ds   Dataset
		step Treatment
	}{
		"JPEG quality 0; it goes from 1 to 100":   {drawn, JPEG(0)},
		"JPEG quality 101; it goes from 1 to 100": {drawn, JPEG(101)},
		"a size of 0×0; it must be at least 1":    {drawn, Resize(0)},
		"only images [height, width, 3]":          {points, JPEG(75)},
	} {
		if _, err := Treated(c.ds, c.step); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("expected %q: %v", says, err)
		}
	}
}

// TestDequantised: the noise has the moments of U[-½, ½) in levels and never leaves the level's cell; it is fixed when
// read by index, new at every visit of a training, and the same again when a step is asked for again.
func TestDequantised(t *testing.T) {
	const n = 50
	plain := open(t, "drawn", Options{})
	ds, err := Dequantised(plain, 1)
	if err != nil {
		t.Fatal(err)
	}
	x, y := first(t, plain, n), first(t, ds, n)
	var sum, square float64
	for k := range x {
		u := float64(y[k]-x[k]) / spacing
		if math.Abs(u) > 0.50001 {
			t.Fatalf("value %d moved by %.3f levels", k, u)
		}
		sum, square = sum+u, square+u*u
	}
	count := float64(len(x))
	if mean := sum / count; math.Abs(mean) > 5/math.Sqrt(12*count) {
		t.Errorf("the noise has mean %.4f levels", mean)
	}
	if second := square / count; math.Abs(second-1./12) > 5/math.Sqrt(180*count) {
		t.Errorf("the noise has mean square %.5f, expected %.5f", second, 1./12)
	}
	if !slices.Equal(y, first(t, ds, n)) {
		t.Error("reading again gave other noise")
	}
	one := &array{info: Info{Name: "one", Shape: []int{2, 2, 3}, Len: 1}, x: make([]float32, 12)}
	for k := range one.x {
		one.x[k] = level[k*20]
	}
	single, err := Dequantised(one, 1)
	if err != nil {
		t.Fatal(err)
	}
	b := batches(t, single, 1, 3, false)
	first, second := fill(t, b, 0), fill(t, b, 1)
	if slices.Equal(first, second) {
		t.Error("two visits of a training saw the same noise")
	}
	if !slices.Equal(second, fill(t, batches(t, single, 1, 3, false), 1)) {
		t.Error("a resumed training saw other noise")
	}
}

func TestDequantisedRefused(t *testing.T) {
	if _, err := Dequantised(open(t, "moons", Options{}), 1); err == nil || !strings.Contains(err.Error(), "only images") {
		t.Errorf("points: %v", err)
	}
	means, err := Interpolations(open(t, "drawn", Options{}), 1)
	if err != nil {
		t.Fatal(err)
	}
	ds, err := Dequantised(means, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ReadRange(ds, 0, 1); err == nil || !strings.Contains(err.Error(), "none of the 256 levels") {
		t.Errorf("means of bytes: %v", err)
	}
}
