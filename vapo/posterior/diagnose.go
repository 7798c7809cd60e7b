package posterior

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
)

// Diagnostic is what the chains say of their own mixing in one quantity.
type Diagnostic struct {
	Quantity string  // "log-density", "x[3]" or "direction 3"
	Mean     float64 // over all draws of all chains
	Sd       float64
	SplitR   float64 // split-R̂: 1 where all halves of all chains agree; NaN where chains are too short
	ESS      float64 // effective sample size of all draws together
}

// SplitR is Gelman and Rubin's potential scale reduction over the halves of all chains (Gelman et al., Bayesian Data Analysis,
// 3rd edition, §11.4), for draws [chains][draws] of one quantity. It is NaN for fewer than four draws a chain, +Inf where chains
// stand still apart.
func SplitR(draws [][]float64) float64 {
	halves := split(draws)
	if halves == nil {
		return math.NaN()
	}
	n := float64(len(halves[0]))
	within, between := variances(halves)
	if within == 0 && between == 0 {
		return 1
	}
	return math.Sqrt((n-1)/n + between/within)
}

// split gives the two halves of each chain; of an odd number the middle draw is left out.
func split(draws [][]float64) (halves [][]float64) {
	for _, chain := range draws {
		if len(chain) < 4 {
			return nil
		}
		half := len(chain) / 2
		halves = append(halves, chain[:half], chain[len(chain)-half:])
	}
	return halves
}

// variances are the mean variance within chains and the variance of their means.
func variances(chains [][]float64) (within, between float64) {
	means := make([]float64, len(chains))
	for i, chain := range chains {
		mean, v := stat.MeanVariance(chain, nil)
		means[i] = mean
		within += v / float64(len(chains))
	}
	if len(chains) > 1 {
		between = stat.Variance(means, nil)
	}
	return within, between
}

// ESS is how many independent draws tell as much of the mean as these [chains][draws]: Geyer's initial monotone sequence over the
// halves of all chains (Vehtari et al. 2021, arXiv:1903.08008, without ranks). It is NaN for fewer than four draws a chain.
func ESS(draws [][]float64) float64 {
	halves := split(draws)
	if halves == nil {
		return math.NaN()
	}
	n, m := len(halves[0]), len(halves)
	within, between := variances(halves)
	pooled := float64(n-1)/float64(n)*within + between
	if pooled == 0 {
		return float64(n * m)
	}
	correlation := func(lag int) float64 { // ρ̂_t = 1 − (W − mean autocovariance)/pooled
		sum := 0.0
		for _, chain := range halves {
			sum += autocovariance(chain, lag) / float64(m)
		}
		return 1 - (within-sum)/pooled
	}
	sum, last := 0.0, math.Inf(1)
	for lag := 0; lag+1 < n; lag += 2 {
		pair := correlation(lag) + correlation(lag+1)
		if pair < 0 {
			break
		}
		last = min(last, pair)
		sum += last
	}
	time := max(2*sum-1, 1/math.Log10(float64(n*m))) // as Vehtari et al. bound anti-correlated chains
	return float64(n*m) / time
}

func autocovariance(x []float64, lag int) float64 {
	mean, sum := stat.Mean(x, nil), 0.0
	for i := range x[lag:] {
		sum += (x[i] - mean) * (x[i+lag] - mean)
	}
	return sum / float64(len(x)-1)
}

// Bounds beyond which a result says so.
const (
	mostSplitR   = 1.05
	leastESS     = 100
	leastAccept  = 0.2
	leastSwapped = 0.02
)

// judge says in words what the diagnostics find wrong.
func (r *Result) judge() {
	warn := func(format string, args ...any) { r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...)) }
	if r.Acceptance < leastAccept {
		warn("Metropolis accepts %.0f %% of the moves: the draws hardly move; take more Burn steps", 100*r.Acceptance)
	}
	for i, swapped := range r.Swapped {
		if swapped < leastSwapped {
			warn("exchanges between s = %.3g and %.3g succeed in %.1f %%: the levels are too far apart; take more",
				r.Levels[i], r.Levels[i+1], 100*swapped)
		}
	}
	if len(r.Diagnostics) == 0 {
		return
	}
	worst, least := r.Worst()
	if math.IsNaN(worst.SplitR) {
		warn("chains of fewer than four draws tell nothing of their mixing; keep more")
		return
	}
	if worst.SplitR > mostSplitR {
		warn("split-R̂ is %.2f for the %s (%.2f is the bound): the chains do not agree yet; run longer",
			worst.SplitR, worst.Quantity, mostSplitR)
	}
	if least.ESS < leastESS {
		warn("the effective sample size is %.0f for the %s (%d is the bound): means over the draws are that uncertain",
			least.ESS, least.Quantity, leastESS)
	}
}

// Worst is the quantity of the largest split-R̂, or of none (NaN), and that of the least effective sample size; zero without
// diagnostics.
func (r *Result) Worst() (splitR, ess Diagnostic) {
	for i, d := range r.Diagnostics {
		if i == 0 || !(d.SplitR <= splitR.SplitR) {
			splitR = d
		}
		if i == 0 || !(d.ESS >= ess.ESS) {
			ess = d
		}
	}
	return splitR, ess
}

// diagnose judges the log-density and the coordinates, or directions, of draws [chains][draws][quantities].
func diagnose(draws [][][]float64, d int) []Diagnostic {
	var out []Diagnostic
	for q := range draws[0][0] {
		chains := make([][]float64, len(draws))
		var all []float64
		for i, chain := range draws {
			for _, at := range chain {
				chains[i] = append(chains[i], at[q])
			}
			all = append(all, chains[i]...)
		}
		name := "log-density"
		if q > 0 && d <= maxCoordinates {
			name = fmt.Sprintf("x[%d]", q-1)
		} else if q > 0 {
			name = fmt.Sprintf("direction %d", q-1)
		}
		mean, sd := stat.MeanStdDev(all, nil)
		out = append(out, Diagnostic{Quantity: name, Mean: mean, Sd: sd, SplitR: SplitR(chains), ESS: ESS(chains)})
	}
	return out
}
