package density

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"gonum.org/v1/gonum/stat"

	"vapoflow/internal/numbers"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// Divergences are those of a flow's density from the exact one along the clock.
type Divergences struct {
	S      []float64 // clock, as asked for
	Value  []float64 // KL(ρ_Φ ‖ ρ̄) at each s, nats; an estimate, which may fall below zero by its error
	StdErr []float64 // of Value, over the scramblings of the draws
	NFE    int       // of the scrambling that took most

	// Trimmed is the mean without the 1 % of the draws at each end: few particles stranded between modes can carry all of Value.
	Trimmed []float64
	// OffMode is the share of the draws further than [OffModeDeviations] standard deviations from every mode, OffModeErr its
	// standard error, and OffModeExact the share of 100,000 draws of ρ̄.
	OffMode, OffModeErr, OffModeExact []float64
}

// OffModeDeviations is the distance from a mode, in its standard deviations √(v + μ²τ²), from which a particle counts as off it.
const OffModeDeviations = 3.5

// klReplicates is how many independent scramblings the draws of [KL] are made of.
const klReplicates = 8

// exactDraws is how many draws of ρ̄ tell how many of its own lie off every mode, to 0.015 %.
const exactDraws = 100_000

// KL estimates KL(ρ_Φ(·; s) ‖ ρ̄(·; s)) = E_ρ_Φ [log ρ_Φ − log ρ̄] at increasing s in [0, 1] for data that is a mixture of
// Gaussians: n draws of the prior, scrambled Halton points that are a function of the seed, follow the flow in float64 with their
// log-density, and ρ̄ is exact. 8,192 draws tell 0.01 nats. Points without a width are an error: ρ̄ is spikes then, and no flow's
// density. The solver runs once for each interval of s, so that a fixed grid spends its steps on each; nil is solver.Adaptive{}.
func KL(ctx context.Context, f *flow.Flow, with solver.Solver, data mixture.Mixture, s []float64, n int, seed uint64, divergence Divergence) (Divergences, error) {
	if err := checkClock(s, n); err != nil {
		return Divergences{}, err
	}
	if data.Std == 0 {
		return Divergences{}, fmt.Errorf("density: KL compares with the density of a mixture of Gaussians, and this one's "+
			"have no width: %d points", len(data.Means))
	}
	if err := f.Validate(); err != nil {
		return Divergences{}, err
	}
	bounds := uncertainty.Replicates(n, klReplicates)
	ratios, ends := make([][]float64, len(s)), make([][][]float64, len(s))
	out := Divergences{S: s}
	for r := range len(bounds) - 1 { // each by itself: its activations stay in the processor's cache
		draws := uncertainty.NormalHalton(bounds[r+1]-bounds[r], f.Dim(), seed, uint64(r))
		nfe, err := follow(ctx, f, with, data, s, draws, orExact(divergence), bounds[r], func(i int, x [][]float64, ratio []float64) {
			ratios[i], ends[i] = append(ratios[i], ratio...), append(ends[i], x...)
		})
		if err != nil {
			return Divergences{}, err
		}
		out.NFE = max(out.NFE, nfe)
	}
	for i, at := range s {
		c, err := f.Coefficients(at)
		if err != nil {
			return Divergences{}, err
		}
		out.add(ratios[i], offMode(ends[i], data, c), offMode(data.SamplePath(c, exactDraws, seed), data, c), bounds)
	}
	return out, nil
}

// follow takes draws of N(0, I), flat, of the examples from index first on, along the flow and calls at with their positions
// and log ρ_Φ − log ρ̄ at each s.
func follow(ctx context.Context, f *flow.Flow, with solver.Solver, data mixture.Mixture, s, draws []float64,
	divergence Divergence, first int, at func(i int, x [][]float64, ratio []float64)) (nfe int, err error) {
	prior, err := f.Coefficients(0)
	if err != nil {
		return 0, err
	}
	for i := range draws {
		draws[i] *= math.Sqrt(prior.V)
	}
	n := len(draws) / f.Dim()
	augmented, err := augment(f, numbers.Tensor(dtypes.Float64, draws, append([]int{n}, f.Shape...)...), divergence, first)
	if err != nil {
		return 0, err
	}
	defer augmented.finalize()
	defer func() { augmented.state.Finalize() }()
	atPrior := logPrior(draws, n, prior.V)
	oracle := mixture.Optimal{Mixture: data, Homotopy: f.Homotopy}
	now := 0.0
	for i, next := range s {
		if next > now {
			end, err := orDefault(with).Solve(ctx, augmented.field, augmented.state, now, next)
			if err != nil {
				return 0, fmt.Errorf("density: the flow from s = %g to %g: %w", now, next, err)
			}
			augmented.state.Finalize()
			augmented.state, now = end.State, next
			nfe += end.NFE
		}
		x := rowsOf(numbers.Flat(augmented.state[0]), n)
		exact, err := oracle.Evaluate(f.Backend, x, next)
		if err != nil {
			return 0, err
		}
		integral, _ := combine(divergence, numbers.Flat(augmented.state[1]), n)
		ratio := make([]float64, n)
		for j := range ratio {
			ratio[j] = atPrior[j] - integral[j] - exact.LogDensity[j]
		}
		at(i, x, ratio)
	}
	return nfe, nil
}

// add appends what the draws at one s tell: their log-ratios, and which of them and of exact draws lie off every mode.
func (k *Divergences) add(ratio, off, offExact []float64, bounds []int) {
	mean, stdErr := uncertainty.OfReplicates(ratio, bounds)
	k.Value, k.StdErr = append(k.Value, mean), append(k.StdErr, stdErr)
	mean, stdErr = uncertainty.OfReplicates(off, bounds)
	k.OffMode, k.OffModeErr = append(k.OffMode, mean), append(k.OffModeErr, stdErr)
	k.OffModeExact = append(k.OffModeExact, stat.Mean(offExact, nil))
	slices.Sort(ratio)
	cut := len(ratio) / 100
	k.Trimmed = append(k.Trimmed, stat.Mean(ratio[cut:len(ratio)-cut], nil))
}

// offMode is 1 for each point of x that is off every mode of ρ̄ where the path has coefficients c, else 0.
func offMode(x [][]float64, data mixture.Mixture, c homotopy.Values) []float64 {
	limit := OffModeDeviations * OffModeDeviations * (c.V + c.Mu*c.Mu*data.Std*data.Std)
	off := make([]float64, len(x))
	for i := range x {
		off[i] = 1
		for _, mean := range data.Means {
			square := 0.0
			for j := range mean {
				square += (x[i][j] - c.Mu*mean[j]) * (x[i][j] - c.Mu*mean[j])
			}
			if square <= limit {
				off[i] = 0
				break
			}
		}
	}
	return off
}

func checkClock(s []float64, n int) error {
	if n < 4 {
		return fmt.Errorf("density: KL needs at least 4 samples for its standard error, got %d", n)
	}
	if len(s) == 0 {
		return fmt.Errorf("density: KL needs at least one s")
	}
	for i, v := range s {
		if !(v >= 0 && v <= 1) {
			return fmt.Errorf("density: s = %g is outside [0, 1]", v)
		}
		if i > 0 && v <= s[i-1] {
			return fmt.Errorf("density: the values of s must increase, got %g after %g", v, s[i-1])
		}
	}
	return nil
}

func rowsOf(flat []float64, n int) [][]float64 {
	d := len(flat) / n
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = flat[i*d:][:d]
	}
	return rows
}
