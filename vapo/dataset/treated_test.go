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
	if info := ds.Info(); info.Title != "drawn images, not CIFAR-10, JPEG quality 75" ||
		!strings.HasSuffix(info.Source, "JPEG quality 75") {
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
