package posterior

import (
	"context"
	"fmt"
	"math"
	"sync"

	"vapoflow/internal/numbers"
	"vapoflow/internal/progress"
	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
)

// anchorPoints is at how many points of a flow its inverted log-density is anchored.
const anchorPoints = 64

// Mixture is the density Σ weights_i ρ̄_i(x; s): what any of the flows finds likely. Weights are positive and sum to one. A
// potential knows its log-density up to a constant c(s) only, so that each level of each flow is first anchored to the flow's own
// log-density: an integration with the Laplacian, exact up to 32 dimensions and by four probes above, which makes the weights
// that uncertain.
func Mixture(flows []*flow.Flow, weights []float64) (Prior, error) {
	if len(flows) != len(weights) {
		return Prior{}, fmt.Errorf("posterior: %d weights for %d flows", len(weights), len(flows))
	}
	sum := 0.0
	for i, w := range weights {
		if !(w > 0) {
			return Prior{}, fmt.Errorf("posterior: weight %d of the mixture must be positive, got %g", i, w)
		}
		sum += w
	}
	if math.Abs(sum-1) > 1e-9 {
		return Prior{}, fmt.Errorf("posterior: the weights of a mixture must sum to 1, got %.12g", sum)
	}
	a := &anchors{flows: flows, known: map[float64][]float64{}}
	return Prior{flows: flows, weights: weights, mixture: true, anchors: a.at}, nil
}

// anchors keeps c_i(s)/κ of each flow at the clocks that were asked for.
type anchors struct {
	mu    sync.Mutex
	flows []*flow.Flow
	known map[float64][]float64
}

func (a *anchors) at(ctx context.Context, s float64) ([]float64, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if shifts, ok := a.known[s]; ok {
		return shifts, nil
	}
	ctx = progress.With(ctx, func(float64) {}) // of the solvers within
	var shifts []float64
	for i, f := range a.flows {
		shift, err := anchor(ctx, f, s)
		if err != nil {
			return nil, fmt.Errorf("posterior: anchoring flow %d of the mixture at s = %g: %w", i, s, err)
		}
		shifts = append(shifts, shift)
	}
	a.known[s] = shifts
	return shifts, nil
}

// anchor is c(s)/κ of a single flow, by its own log-density at points of its own. The median ignores points that it stranded
// between modes.
func anchor(ctx context.Context, f *flow.Flow, s float64) (float64, error) {
	p, err := (&Posterior{Prior: Of(f)}).compile()
	if err != nil {
		return 0, err
	}
	defer p.close()
	g, err := p.group(0, 0, anchorPoints)
	if err != nil {
		return 0, err
	}
	x, err := p.start(ctx, g)
	if err != nil {
		return 0, err
	}
	if s > DefaultStart {
		if x, err = p.carry(ctx, Guided{Strength: 1}, g, x, DefaultStart, s, 20); err != nil {
			return 0, err
		}
	}
	var divergence density.Divergence = density.Exact{}
	if p.dim() > maxCoordinates {
		divergence = density.Hutchinson{Probes: 4}
	}
	points := p.tensor(x)
	defer numbers.Finalize(points)
	known, err := density.LogDensity(ctx, f, nil, points, s, divergence)
	if err != nil {
		return 0, err
	}
	inversion, err := density.Invert(f, points, known.Value, s, density.Median)
	return inversion.Shift, err
}
