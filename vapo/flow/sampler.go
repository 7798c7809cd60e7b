package flow

import (
	"context"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/internal/progress"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/solver"
)

// Sampler draws any range of a flow's samples, each a function of (seed, index) alone to the last bit: the steps are those of
// [Sampler.Grid] for all, and sample i always has the same place of the same batch.
// A sheet, a table and a shard thus hold the very same images.
type Sampler struct {
	Grid []float64 // clock values of the steps, from 0 to 1
	NFE  int       // evaluations of ∇Φ for a sample, known once one is drawn

	flow  *Flow
	with  solver.Fixed
	seed  int64
	batch int
}

// NewSampler prepares drawing in batches, with the steps of a solver. An adaptive one finds its steps on the first batch,
// samples 0 ≤ i < batch, and all others repeat them; what a solver saves on the way is not kept.
func (f *Flow) NewSampler(ctx context.Context, with solver.Solver, seed int64, batch int) (*Sampler, error) {
	if batch < 1 {
		return nil, fmt.Errorf("flow: a sampler draws at least 1 sample at once, got a batch of %d", batch)
	}
	s := &Sampler{flow: f, seed: seed, batch: batch}
	switch with := with.(type) {
	case solver.Fixed: // its steps are known
		grid, err := with.Times(0, 1)
		if err != nil {
			return nil, err
		}
		s.Grid, s.with = grid, solver.Fixed{Tableau: with.Tableau, Grid: grid}
	case solver.Adaptive:
		first, err := f.Sample(ctx, with, seed, 0, batch)
		if err != nil {
			return nil, err
		}
		first.Finalize()
		s.Grid, s.with = first.Grid, solver.Fixed{Tableau: with.Tableau, Grid: first.Grid}
		if with.Tableau.Name == "" {
			s.with.Tableau = solver.DormandPrince5 // Adaptive's default
		}
	default:
		return nil, fmt.Errorf("flow: a sampler needs a solver.Fixed or solver.Adaptive, whose steps can be repeated, got %T",
			with)
	}
	return s, nil
}

// Draw calls visit with each of the samples first ≤ i < first+n in turn, flat and of the flow's shape.
func (s *Sampler) Draw(ctx context.Context, first, n int, visit func(i int, x []float32) error) error {
	if first < 0 || n < 1 {
		return fmt.Errorf("flow: cannot draw %d samples from index %d; give at least one, from 0 on", n, first)
	}
	from := first / s.batch // whole batches
	return s.batches(ctx, (first+n-1)/s.batch-from+1, func(i int) (*tensors.Tensor, error) {
		return s.flow.Prior(s.seed, (from+i)*s.batch, s.batch)
	}, func(row int, x []float32) error {
		if i := from*s.batch + row; i >= first && i < first+n {
			return visit(i, x)
		}
		return nil
	})
}

// Carry takes points of the prior, [n, shape...] in float32, along the flow in batches of the sampler's size, the last one filled
// up with its last point, and calls visit with where each of them ends, flat.
func (s *Sampler) Carry(ctx context.Context, prior *tensors.Tensor, visit func(i int, x []float32) error) error {
	if err := s.flow.Check(prior); err != nil {
		return err
	}
	if prior.DType() != dtypes.Float32 {
		return fmt.Errorf("flow: a sampler carries points in float32, got %s", prior.Shape())
	}
	size := s.flow.Dim()
	all := tensors.MustCopyFlatData[float32](prior)
	n := len(all) / size
	return s.batches(ctx, (n+s.batch-1)/s.batch, func(i int) (*tensors.Tensor, error) {
		padded := make([]float32, 0, s.batch*size)
		for row := range s.batch {
			padded = append(padded, all[min(i*s.batch+row, n-1)*size:][:size]...)
		}
		return tensors.FromFlatDataAndDimensions(padded, append([]int{s.batch}, s.flow.Shape...)...), nil
	}, func(row int, x []float32) error {
		if row >= n {
			return nil
		}
		return visit(row, x)
	})
}

// batches carries n batches along the flow, whole ones in turn on each device that the flow's backend shares work among, and
// calls visit with where each point ends, in order.
func (s *Sampler) batches(ctx context.Context, n int, prior func(i int) (*tensors.Tensor, error), visit func(row int, x []float32) error) error {
	flows, size := s.flow.OnDevices(), s.flow.Dim()
	return backend.Share(len(flows), n, func(device, i int) (solver.Solution, error) {
		x, err := prior(i)
		if err != nil {
			return solver.Solution{}, err
		}
		defer x.MustFinalizeAll()
		with := s.with
		with.Backend = flows[device].Backend
		return with.Solve(progress.Part(ctx, i, n), flows[device].Field(), solver.State{x}, 0, 1)
	}, func(i int, end solver.Solution) error {
		s.NFE = end.NFE
		flat := tensors.MustCopyFlatData[float32](end.State[0])
		end.Finalize()
		for row := range s.batch {
			if err := visit(i*s.batch+row, flat[row*size:][:size]); err != nil {
				return err
			}
		}
		return nil
	})
}
