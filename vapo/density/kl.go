package density

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"gonum.org/v1/gonum/stat"

	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// KL is the divergence of a flow's density from the exact one along the clock.
type KL struct {
	S      []float64 // clock, as asked for
	Value  []float64 // KL(ρ_Φ ‖ ρ̄) at each s, nats; an estimate, which may fall below zero by its error
	StdErr []float64 // of Value, over the samples
	NFE    int
}

// KL estimates KL(ρ_Φ(·; s) ‖ ρ̄(·; s)) = E_ρ_Φ [log ρ_Φ − log ρ̄] at increasing s in [0, 1] for data that is a mixture:
// n samples of the prior, a function of the seed, ride the flow in float64 with their log-density, and ρ̄ is exact. The
// solver runs once for each interval of s, so that a fixed grid spends its steps on each; nil is solver.Adaptive{}.
func (f *Flow) KL(ctx context.Context, with solver.Solver, data mixture.Mixture, s []float64, n int, seed uint64, divergence Divergence) (KL, error) {
	if err := checkClock(s, n); err != nil {
		return KL{}, err
	}
	prior, err := f.path(0)
	if err != nil {
		return KL{}, err
	}
	divergence = orExact(divergence)
	x := f.samplePrior(n, math.Sqrt(prior.V), seed)
	start := tensor(dtypes.Float64, x, append([]int{n}, f.Shape...)...)
	if _, err := f.check(start); err != nil {
		return KL{}, err
	}
	ride, err := f.board(start, divergence, 0)
	if err != nil {
		return KL{}, err
	}
	defer ride.leave()
	defer func() { ride.state.Finalize() }()
	atPrior := logPrior(x, n, prior.V)
	oracle := mixture.Optimal{Mixture: data, Homotopy: f.Homotopy}
	out := KL{S: s, Value: make([]float64, len(s)), StdErr: make([]float64, len(s))}
	now := 0.0
	for i, next := range s {
		if next > now {
			end, err := orDefault(with).Solve(ctx, ride.field, ride.state, now, next)
			if err != nil {
				return KL{}, fmt.Errorf("density: the flow from s = %g to %g: %w", now, next, err)
			}
			ride.state.Finalize()
			ride.state, now = end.State, next
			out.NFE += end.NFE
		}
		exact, err := oracle.Evaluate(f.Backend, rowsOf(flatten(ride.state[0]), n), next)
		if err != nil {
			return KL{}, err
		}
		integral, _ := combine(divergence, flatten(ride.state[1]), n)
		ratio := make([]float64, n)
		for j := range ratio {
			ratio[j] = atPrior[j] - integral[j] - exact.LogDensity[j]
		}
		mean, sd := stat.MeanStdDev(ratio, nil)
		out.Value[i], out.StdErr[i] = mean, sd/math.Sqrt(float64(n))
	}
	return out, nil
}

func checkClock(s []float64, n int) error {
	if n < 2 {
		return fmt.Errorf("density: KL needs at least 2 samples for its standard error, got %d", n)
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

// samplePrior draws n rows of N(0, sd² I), flat; row i is a function of (seed, i).
func (f *Flow) samplePrior(n int, sd float64, seed uint64) []float64 {
	d := f.Dim()
	x := make([]float64, n*d)
	for i := range n {
		r := source(seed, streamPrior, i)
		for j := range d {
			x[i*d+j] = sd * r.NormFloat64()
		}
	}
	return x
}

func rowsOf(flat []float64, n int) [][]float64 {
	d := len(flat) / n
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = flat[i*d:][:d]
	}
	return rows
}
