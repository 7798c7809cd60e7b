package uncertainty

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// The standard errors are the spread of the estimates over many samples.
func TestStandardErrorsAreTheSpreadOverSamples(t *testing.T) {
	const samples, n = 2000, 400
	rng := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		name     string
		estimate func(a, b []float64) (float64, float64)
		truth    float64
	}{
		{"mean", func(a, _ []float64) (float64, float64) { return Mean(a) }, 1.5},
		{"ratio", Ratio, 0.5},
	} {
		var values, errs []float64
		for range samples {
			a, b := make([]float64, n), make([]float64, n)
			for i := range a {
				b[i] = 6 * rng.Float64()          // mean 3
				a[i] = b[i]/2 + rng.NormFloat64() // correlated with b: errors of the two alone would not do
			}
			v, e := c.estimate(a, b)
			values, errs = append(values, v), append(errs, e)
		}
		mean, sd := stat.MeanStdDev(values, nil)
		if math.Abs(mean-c.truth) > 5*sd/math.Sqrt(samples) {
			t.Errorf("%s: %g in the mean, want %g", c.name, mean, c.truth)
		}
		if stated := stat.Mean(errs, nil); math.Abs(stated/sd-1) > 0.08 { // sd itself errs by 1.6 %
			t.Errorf("%s: a standard error of %g is stated, the spread over samples is %g", c.name, stated, sd)
		}
	}
}
