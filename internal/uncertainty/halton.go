package uncertainty

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/distuv"
	"gonum.org/v1/gonum/stat/samplemv"
)

// NormalHalton draws n points of N(0, I) in d dimensions, flat, from the Halton sequence with Owen's scrambling
// (arXiv:1706.02808): averages over them err by much less than n^−½, and another seed is an independent replicate.
func NormalHalton(n, d int, seed, replicate uint64) []float64 {
	points := mat.NewDense(n, d, nil)
	samplemv.Halton{Kind: samplemv.Owen, Q: distmv.NewUnitUniform(d, nil), Src: rand.NewPCG(seed, replicate)}.Sample(points)
	flat := points.RawMatrix().Data
	for i, u := range flat {
		flat[i] = distuv.UnitNormal.Quantile(min(max(u, 0x1p-53), 1-0x1p-53))
	}
	return flat
}

// Replicates are the bounds of r nearly equal runs of n items: run k holds items [bounds[k], bounds[k+1]). There are as many as
// asked for where each has two items at least.
func Replicates(n, r int) (bounds []int) {
	r = max(1, min(r, n/2))
	for k := range r + 1 {
		bounds = append(bounds, k*n/r)
	}
	return bounds
}

// OfReplicates is the mean of values and its standard error from the spread of the means of independent runs of them, whatever
// depends on what within a run; NaN for a single run.
func OfReplicates(values []float64, bounds []int) (mean, stdErr float64) {
	r := float64(len(bounds) - 1)
	for _, v := range values {
		mean += v / float64(len(values))
	}
	square := 0.0
	for k := range len(bounds) - 1 {
		run := values[bounds[k]:bounds[k+1]]
		sum := 0.0
		for _, v := range run {
			sum += v
		}
		square += (sum/float64(len(run)) - mean) * (sum/float64(len(run)) - mean)
	}
	return mean, math.Sqrt(square / (r - 1) / r)
}
