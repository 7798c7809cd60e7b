package uncertainty

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// Mean is the mean of independent values and its standard error; NaN for fewer than two.
func Mean(x []float64) (mean, stdErr float64) {
	mean, sd := stat.MeanStdDev(x, nil)
	return mean, sd / math.Sqrt(float64(len(x)))
}

// Ratio is Σa/Σb of independent pairs and its standard error by the delta method: that of the mean of a − ratio·b over the mean
// of b.
func Ratio(a, b []float64) (ratio, stdErr float64) {
	sumA, sumB := 0.0, 0.0
	for i := range a {
		sumA, sumB = sumA+a[i], sumB+b[i]
	}
	ratio = sumA / sumB
	residual := make([]float64, len(a))
	for i := range a {
		residual[i] = a[i] - ratio*b[i]
	}
	_, stdErr = Mean(residual)
	return ratio, stdErr * float64(len(b)) / math.Abs(sumB)
}
