package density

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/solver"
)

// LogDensity is log ρ_Φ at n points, in nats.
type LogDensity struct {
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
func (f *Flow) LogDensity(ctx context.Context, with solver.Solver, x *tensors.Tensor, s float64, divergence Divergence) (LogDensity, error) {
	return f.logDensity(ctx, with, x, s, divergence, 0)
}

// logDensity is LogDensity for points that are the examples from index first on, whose probes these are.
func (f *Flow) logDensity(ctx context.Context, with solver.Solver, x *tensors.Tensor, s float64, divergence Divergence, first int) (LogDensity, error) {
	flat, err := f.check(x)
	if err != nil {
		return LogDensity{}, err
	}
	if _, err := f.path(s); err != nil {
		return LogDensity{}, err
	}
	prior, err := f.path(0)
	if err != nil {
		return LogDensity{}, err
	}
	divergence = orExact(divergence)
	n := x.Shape().Dim(0)
	ride, err := f.board(x, divergence, first)
	if err != nil {
		return LogDensity{}, err
	}
	defer ride.leave()
	var out LogDensity
	if s > 0 {
		end, err := orDefault(with).Solve(ctx, ride.field, ride.state, s, 0)
		if err != nil {
			return LogDensity{}, fmt.Errorf("density: the flow from s = %g to the prior: %w", s, err)
		}
		defer end.Finalize()
		out.NFE, flat, ride.state = end.NFE, flatten(end.State[0]), end.State
	}
	// Integrated backward, the passenger is −∫₀ˢ.
	integral, stdErr := combine(divergence, flatten(ride.state[1]), n)
	out.Value, out.StdErr = logPrior(flat, n, prior.V), stdErr
	for i := range integral {
		out.Value[i] += integral[i]
	}
	return out, nil
}

// ride is a flow whose points carry ∫vᵀ(∇²Φ)v ds for each of their directions v.
type ride struct {
	state solver.State // x [n, ...] and the integrals [n, k]
	field solver.Field
	owned []*tensors.Tensor
}

// leave frees what board made.
func (r ride) leave() { finalize(r.owned) }

// board starts a ride at x with the integrals at zero.
func (f *Flow) board(x *tensors.Tensor, with Divergence, first int) (ride, error) {
	v, err := f.probes(x, with, first)
	if err != nil {
		return ride{}, err
	}
	e, err := f.engine(x.DType())
	if err != nil {
		return ride{}, err
	}
	n, k := x.Shape().Dim(0), v.Shape().Dim(0)
	integrals := tensor(x.DType(), make([]float64, n*k), n, k)
	field := func(s float64, y solver.State) (solver.State, error) {
		return e.curvatures.Call(y[0], s, v)
	}
	return ride{solver.State{x, integrals}, field, []*tensors.Tensor{v, integrals}}, nil
}

func orDefault(with solver.Solver) solver.Solver {
	if with == nil {
		return solver.Adaptive{}
	}
	return with
}
