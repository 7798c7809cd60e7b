package metric

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// pairs is the definition of the area: P(out > in) + ½ P(out = in), by counting every pair.
func pairs(in, out []float64) float64 {
	sum := 0.0
	for _, a := range in {
		for _, b := range out {
			switch {
			case b > a:
				sum++
			case b == a:
				sum += 0.5
			}
		}
	}
	return sum / float64(len(in)*len(out))
}

func TestAUROCCountsPairs(t *testing.T) {
	inf := math.Inf(1)
	cases := map[string]struct{ in, out []float64 }{
		"separated":      {[]float64{1, 2}, []float64{3, 4, 5}},
		"reversed":       {[]float64{3, 4, 5}, []float64{1, 2}},
		"all equal":      {[]float64{7, 7}, []float64{7, 7, 7}},
		"one of each":    {[]float64{0}, []float64{0.5}},
		"infinite":       {[]float64{-inf, 0, inf}, []float64{inf, inf, 1, -inf}},
		"all infinite":   {[]float64{inf}, []float64{inf, inf}},
		"ties at an end": {[]float64{1, 1, 2}, []float64{1, 2, 2}},
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for _, levels := range []int{2, 10, 1 << 20} { // few levels make many ties
		var in, out []float64
		for range 300 {
			in = append(in, float64(rng.IntN(levels)))
		}
		for range 170 {
			out = append(out, float64(rng.IntN(levels)+levels/4))
		}
		cases[fmt.Sprintf("random, %d levels", levels)] = struct{ in, out []float64 }{in, out}
	}
	for name, c := range cases {
		got, err := AUROC(c.in, c.out)
		if want := pairs(c.in, c.out); err != nil || math.Abs(got-want) > 1e-12 {
			t.Errorf("%s: AUROC %v, %v; counting pairs gives %v", name, got, err, want)
		}
	}
}

func TestAUROCErrors(t *testing.T) {
	one := []float64{1}
	for want, c := range map[string][2][]float64{
		`no scores in "in"`:        {nil, one},
		`no scores in "out"`:       {one, {}},
		`score 1 of "out" is NaN`:  {one, {0, math.NaN()}},
		`score 0 of "in" is NaN: `: {{math.NaN()}, one},
	} {
		if _, err := AUROC(c[0], c[1]); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("AUROC(%v, %v): error %v, want %q", c[0], c[1], err, want)
		}
	}
}
