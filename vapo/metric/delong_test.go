package metric

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// The standard error is the spread of the area over many pairs of sets, ties and unequal numbers included.
func TestDeLongIsTheSpreadOverSets(t *testing.T) {
	const pairs, m, n = 1500, 60, 150
	rng := rand.New(rand.NewPCG(3, 4))
	for _, shift := range []float64{0, 1} {
		var areas, errs []float64
		for range pairs {
			in, out := make([]float64, m), make([]float64, n)
			for i := range in {
				in[i] = math.Round(4*rng.NormFloat64()) / 4
			}
			for i := range out {
				out[i] = math.Round(4*(rng.NormFloat64()+shift)) / 4
			}
			area, stdErr, err := DeLong(in, out)
			if err != nil {
				t.Fatal(err)
			}
			if above := placements(out, in); math.Abs(stat.Mean(above, nil)-area) > 1e-12 {
				t.Fatalf("the placements' mean is %g, the area %g", stat.Mean(above, nil), area)
			}
			areas, errs = append(areas, area), append(errs, stdErr)
		}
		if sd, stated := stat.StdDev(areas, nil), stat.Mean(errs, nil); math.Abs(stated/sd-1) > 0.08 {
			t.Errorf("shift %g: a standard error of %g is stated, the spread over sets is %g", shift, stated, sd)
		}
	}
	if _, stdErr, _ := DeLong([]float64{0, 1, 2}, []float64{3, 4}); stdErr != 0 {
		t.Errorf("sets that do not overlap: %g", stdErr)
	}
}
