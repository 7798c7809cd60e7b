package dataset

import (
	"math"
	"slices"
	"testing"
)

// TestDrawn: images take the 256 levels of photographs, use the range, are smooth enough to be learnt (neighbouring
// pixels nearly agree) and all different, and each can be drawn again alone.
func TestDrawn(t *testing.T) {
	const n = 200
	ds := open(t, "drawn", Options{})
	x, err := ReadRange(ds, 0, n)
	if err != nil {
		t.Fatal(err)
	}
	var sum, square, step float64
	for at, v := range x {
		if !slices.Contains(level[:], v) {
			t.Fatalf("value %v of image %d is none of the 256 levels", v, at/cifarPixels)
		}
		sum += float64(v)
		square += float64(v) * float64(v)
		if at%96 >= 3 {
			step += float64(v-x[at-3]) * float64(v-x[at-3])
		}
	}
	count := float64(len(x))
	mean := sum / count
	variance := square/count - mean*mean
	if math.Abs(mean) > 0.3 || variance < 0.1 {
		t.Errorf("mean %.3f, variance %.3f: too dark, too bright or too grey", mean, variance)
	}
	if correlation := 1 - step/(count*31/32)/(2*variance); correlation < 0.95 {
		t.Errorf("neighbouring pixels correlate by %.3f only", correlation)
	}
	again := make([]float32, cifarPixels)
	if err := ds.Read(123, again); err != nil || !slices.Equal(again, x[123*cifarPixels:124*cifarPixels]) {
		t.Errorf("image 123 is another one when drawn alone (%v)", err)
	}
}

func BenchmarkDrawn(b *testing.B) {
	ds, err := Open("drawn", Options{})
	if err != nil {
		b.Fatal(err)
	}
	x := make([]float32, cifarPixels)
	for i := 0; b.Loop(); i++ {
		if err := ds.Read(i%drawnTrain, x); err != nil {
			b.Fatal(err)
		}
	}
}
