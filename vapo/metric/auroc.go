package metric

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/integrate"
	"gonum.org/v1/gonum/stat"
)

// AUROC is the area under the receiver operating characteristic of an out-of-distribution score: the probability that an
// example from outside scores higher than one from inside, where equal scores count one half (the Mann–Whitney statistic
// divided by len(in)·len(out)). Higher scores mean "out of distribution": 1 separates perfectly, ½ is chance, and a score
// that is higher inside gives 1 minus the area of its negative. ±Inf are scores like others. It takes O(n log n); an empty
// set or a NaN is an error.
func AUROC(in, out []float64) (float64, error) {
	scores := make([]float64, 0, len(in)+len(out))
	for _, set := range []struct {
		name   string
		values []float64
	}{{"in", in}, {"out", out}} {
		if len(set.values) == 0 {
			return 0, fmt.Errorf("metric: AUROC: no scores in %q: give at least one of each set", set.name)
		}
		for i, v := range set.values {
			if math.IsNaN(v) {
				return 0, fmt.Errorf("metric: AUROC: score %d of %q is NaN: leave out or repair inputs whose score failed",
					i, set.name)
			}
			scores = append(scores, finite(v))
		}
	}
	outside := make([]bool, len(scores))
	for i := len(in); i < len(outside); i++ {
		outside[i] = true
	}
	stat.SortWeightedLabeled(scores, outside, nil)
	truePositive, falsePositive, _ := stat.ROC(nil, scores, outside, nil)
	return integrate.Trapezoidal(falsePositive, truePositive), nil
}

// finite keeps the order of ±Inf: gonum's curve ends at the threshold +Inf, which must lie above every score.
func finite(v float64) float64 {
	return min(max(v, -math.MaxFloat64), math.MaxFloat64)
}
