package density

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/solver"
)

// Estimate is log ρ_Φ at n points, in nats.
type Estimate struct {
	Value  []float64 // [n]
	StdErr []float64 // [n], standard error over probes; nil for Exact
	NFE    int       // evaluations of the field and its divergence
}

// LogDensity gives the density that the flow carries to s in [0, 1] (s = 1 for the data), at the points x [n, shape...],
//
//	log ρ_Φ(x; s) = log q(x(0)) − ∫₀ˢ ΔΦ(x(s'), s') ds',
//
// by integrating x and the integral together backward from s to 0. A nil solver is solver.Adaptive{}, a nil Divergence
// [Exact]. Errors are of order of the solver's tolerance. An adaptive solver shares its steps among all n points.
func LogDensity(ctx context.Context, f *flow.Flow, with solver.Solver, x *tensors.Tensor, s float64, divergence Divergence) (Estimate, error) {
	return logDensity(ctx, f, with, x, s, divergence, 0)
}

// logDensity is LogDensity for points that are the examples from index first on, whose probes these are.
func logDensity(ctx context.Context, f *flow.Flow, with solver.Solver, x *tensors.Tensor, s float64, divergence Divergence, first int) (Estimate, error) {
	flat, err := points(f, x)
	if err != nil {
		return Estimate{}, err
	}
	if _, err := f.Coefficients(s); err != nil {
		return Estimate{}, err
	}
	prior, err := f.Coefficients(0)
	if err != nil {
		return Estimate{}, err
	}
	divergence = orExact(divergence)
	n := x.Shape().Dim(0)
	augmented, err := augment(f, x, divergence, first)
	if err != nil {
		return Estimate{}, err
	}
	defer augmented.finalize()
	var out Estimate
	if s > 0 {
		end, err := orDefault(with).Solve(ctx, augmented.field, augmented.state, s, 0)
		if err != nil {
			return Estimate{}, fmt.Errorf("density: the flow from s = %g to the prior: %w", s, err)
		}
		defer end.Finalize()
		out.NFE, flat, augmented.state = end.NFE, numbers.Flat(end.State[0]), end.State
	}
	// Integrated backward, the passenger is −∫₀ˢ.
	integral, stdErr := combine(divergence, numbers.Flat(augmented.state[1]), n)
	out.Value, out.StdErr = logPrior(flat, n, prior.V), stdErr
	for i := range integral {
		out.Value[i] += integral[i]
	}
	return out, nil
}

// augmentedFlow is a flow whose state holds beside the points the integrals ∫vᵀ(∇²Φ)v ds along each of their directions v.
type augmentedFlow struct {
	state solver.State // x [n, ...] and the integrals [n, k]
	field solver.Field
	owned []*tensors.Tensor
}

// finalize frees what augment made.
func (a augmentedFlow) finalize() { numbers.Finalize(a.owned...) }

// augment starts at x with the integrals at zero.
func augment(f *flow.Flow, x *tensors.Tensor, with Divergence, first int) (augmentedFlow, error) {
	v, err := probes(f, x, with, first)
	if err != nil {
		return augmentedFlow{}, err
	}
	n, k := x.Shape().Dim(0), v.Shape().Dim(0)
	integrals := numbers.Tensor(x.DType(), make([]float64, n*k), n, k)
	field := func(s float64, y solver.State) (solver.State, error) {
		grad, products, err := f.Curvatures(y[0], s, v)
		return solver.State{grad, products}, err
	}
	return augmentedFlow{solver.State{x, integrals}, field, []*tensors.Tensor{v, integrals}}, nil
}

func orDefault(with solver.Solver) solver.Solver {
	if with == nil {
		return solver.Adaptive{}
	}
	return with
}

// points returns the points x [n, shape...] as n rows of d float64, or says what is wrong with them.
func points(f *flow.Flow, x *tensors.Tensor) ([]float64, error) {
	if err := f.Check(x); err != nil {
		return nil, err
	}
	flat := numbers.Flat(x)
	for i, v := range flat {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("density: point %d holds %g; remove such points", i/f.Dim(), v)
		}
	}
	return flat, nil
}

// logPrior is log N(x; 0, variance I) of each of n rows of x.
func logPrior(x []float64, n int, variance float64) []float64 {
	d := len(x) / n
	out := make([]float64, n)
	for i := range out {
		out[i] = -squaredNorm(x[i*d:][:d])/(2*variance) - float64(d)/2*math.Log(2*math.Pi*variance)
	}
	return out
}

func squaredNorm(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v * v
	}
	return sum
}
