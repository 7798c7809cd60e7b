package baseline

import "math"

// EnergyDistance is the unbiased estimate, from samples x [n][d] and y [m][d] with n, m ≥ 2, of
//
//	2 E‖X−Y‖ − E‖X−X'‖ − E‖Y−Y'‖ ≥ 0,
//
// which vanishes only where both have one distribution (Székely and Rizzo, J. Stat. Plan. Inference 143, 2013). Being
// unbiased it can fall below zero. It has the data's unit of length and takes O((n+m)² d).
func EnergyDistance(x, y [][]float64) float64 {
	n, m := float64(len(x)), float64(len(y))
	between := 0.0
	for _, a := range x {
		between += sumDistances(a, y)
	}
	return 2*between/(n*m) - within(x) - within(y)
}

// within is the mean distance of two different points of x.
func within(x [][]float64) float64 {
	sum := 0.0
	for i, a := range x {
		sum += sumDistances(a, x[i+1:])
	}
	n := float64(len(x))
	return 2 * sum / (n * (n - 1))
}

func sumDistances(a []float64, y [][]float64) float64 {
	sum := 0.0
	for _, b := range y {
		square := 0.0
		for j := range a {
			square += (a[j] - b[j]) * (a[j] - b[j])
		}
		sum += math.Sqrt(square)
	}
	return sum
}
