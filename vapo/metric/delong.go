package metric

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// DeLong is [AUROC] with its standard error (DeLong, DeLong and Clarke-Pearson 1988; the jackknife of both samples gives the same
// to order 1/n): the area is the mean over inside scores of the share of outside scores above, and over outside scores of the
// share of inside scores below, and the variances of these shares over the numbers of scores add up. Sets that do not overlap
// have the error 0, which says that the sets are too small to tell; a set of one score has NaN.
func DeLong(in, out []float64) (area, stdErr float64, err error) {
	if area, err = AUROC(in, out); err != nil {
		return 0, 0, err
	}
	above, below := placements(in, out), placements(out, in)
	for i := range above {
		above[i] = 1 - above[i]
	}
	variance := stat.Variance(above, nil)/float64(len(in)) + stat.Variance(below, nil)/float64(len(out))
	return area, math.Sqrt(variance), nil
}

// placements are, for each score, the share of others below it, equal ones counted half.
func placements(scores, others []float64) []float64 {
	sorted := slices.Clone(others)
	slices.Sort(sorted)
	share := make([]float64, len(scores))
	for i, v := range scores {
		below, found := slices.BinarySearch(sorted, v)
		upTo := below
		if found {
			upTo, _ = slices.BinarySearchFunc(sorted, v, func(e, v float64) int { // the first that is larger
				if e <= v {
					return -1
				}
				return 1
			})
		}
		share[i] = (float64(below) + float64(upTo)) / 2 / float64(len(sorted))
	}
	return share
}
