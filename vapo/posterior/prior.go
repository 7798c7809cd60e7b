package posterior

import (
	"context"
	"fmt"
	"math"
	"slices"

	"vapoflow/vapo/flow"
)

// Prior is the law of the data before any measurement: one flow's, or several composed on one path. [Of], [Product], [Mixture]
// and [Negation] make it.
type Prior struct {
	flows   []*flow.Flow
	weights []float64 // of the log-densities, or of the densities in a mixture
	mixture bool
	anchors func(ctx context.Context, s float64) ([]float64, error) // of a mixture: c_i(s)/κ
}

// Of is a flow's own density ρ̄(·; s).
func Of(f *flow.Flow) Prior { return Prior{flows: []*flow.Flow{f}, weights: []float64{1}} }

// Product is the density ∝ Π ρ̄_i(x; s): what all flows find likely. At s < 1 it is not the smoothed product of the data's
// densities, and the sum of the flows' fields does not carry noise to it; Metropolis' rule at the last level makes it right there
// (Du et al. 2023, arXiv:2302.11552).
func Product(flows ...*flow.Flow) Prior {
	return Prior{flows: flows, weights: slices.Repeat([]float64{1}, len(flows))}
}

// Negation is the density ∝ ρ̄_a(x; s)/ρ̄_b(x; s)^weight: what a finds likely and b does not. It need not be normalisable: keep
// the weight below the ratio of a's precision to b's.
func Negation(a, b *flow.Flow, weight float64) Prior {
	return Prior{flows: []*flow.Flow{a, b}, weights: []float64{1, -weight}}
}

// single tells a flow's own density from a composition.
func (p Prior) single() bool { return len(p.flows) == 1 }

// check finds flows that cannot be composed.
func (p Prior) check() error {
	if len(p.flows) == 0 {
		return fmt.Errorf("posterior: the prior has no flow; make it by Of, Product, Mixture or Negation")
	}
	for i, f := range p.flows {
		if f == nil {
			return fmt.Errorf("posterior: flow %d is nil", i)
		}
		if err := f.Validate(); err != nil {
			return fmt.Errorf("posterior: flow %d: %w", i, err)
		}
		if !slices.Equal(f.Shape, p.flows[0].Shape) {
			return fmt.Errorf("posterior: flow %d carries examples of shape %v and flow 0 of %v; only those of one shape compose",
				i, f.Shape, p.flows[0].Shape)
		}
	}
	return nil
}

// combine gives log π and ∇log π of n rows from the log-densities [terms][n] and scores [terms][n·d] of the flows at s.
func (p Prior) combine(ctx context.Context, s float64, logs, scores [][]float64) (logp, grad []float64, err error) {
	logp, grad = make([]float64, len(logs[0])), make([]float64, len(scores[0]))
	d := len(grad) / len(logp)
	var shifts []float64
	if p.mixture {
		if shifts, err = p.anchors(ctx, s); err != nil {
			return nil, nil, err
		}
	}
	share := slices.Clone(p.weights)
	for i := range logp {
		if p.mixture {
			logp[i] = p.shares(share, shifts, logs, i)
		}
		for k, w := range share {
			if !p.mixture {
				logp[i] += w * logs[k][i]
			}
			for j := i * d; j < (i+1)*d; j++ {
				grad[j] += w * scores[k][j]
			}
		}
	}
	return logp, grad, nil
}

// shares gives log Σ w_k ρ̄_k at row i, and leaves each term's share of it.
func (p Prior) shares(share, shifts []float64, logs [][]float64, i int) float64 {
	most := math.Inf(-1)
	for k := range share {
		most = max(most, logs[k][i]-shifts[k])
	}
	sum := 0.0
	for k, w := range p.weights {
		share[k] = w * math.Exp(logs[k][i]-shifts[k]-most)
		sum += share[k]
	}
	for k := range share {
		share[k] /= sum
	}
	return most + math.Log(sum)
}
