package flow

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/solver"
)

// Sampler draws any range of a flow's samples, each a function of (seed, index) alone to the last bit: the steps are those of
// [Sampler.Grid] for all, and sample i always rides in the same place of the same batch.
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
// samples 0 ≤ i < batch, and all others repeat them.
func (f *Flow) NewSampler(ctx context.Context, with solver.Solver, seed int64, batch int) (*Sampler, error) {
	if batch < 1 {
		return nil, fmt.Errorf("flow: a sampler draws at least 1 sample at once, got a batch of %d", batch)
	}
	if fixed, ok := with.(solver.Fixed); ok && fixed.Grid != nil { // its steps are known
		return &Sampler{Grid: fixed.Grid, flow: f, with: fixed, seed: seed, batch: batch}, nil
	}
	first, err := f.Sample(ctx, with, seed, 0, batch)
	if err != nil {
		return nil, err
	}
	first.Finalize()
	s := &Sampler{Grid: first.Grid, flow: f, seed: seed, batch: batch}
	switch with := with.(type) {
	case solver.Fixed:
		s.with = with
	case solver.Adaptive:
		s.with = solver.Fixed{Tableau: with.Tableau, Grid: first.Grid, Backend: with.Backend}
		if with.Tableau.Name == "" {
			s.with.Tableau = solver.DormandPrince5 // Adaptive's default
		}
	default:
		return nil, fmt.Errorf("flow: a sampler needs a solver.Fixed or solver.Adaptive, whose steps can be repeated, got %T", with)
	}
	return s, nil
}

// Draw calls visit with each of the samples first ≤ i < first+n in turn, flat and of the flow's shape.
func (s *Sampler) Draw(ctx context.Context, first, n int, visit func(i int, x []float32) error) error {
	if first < 0 || n < 1 {
		return fmt.Errorf("flow: cannot draw %d samples from index %d; give at least one, from 0 on", n, first)
	}
	for from := first / s.batch * s.batch; from < first+n; from += s.batch {
		prior, err := s.flow.Prior(s.seed, from, s.batch)
		if err != nil {
			return err
		}
		err = s.Carry(ctx, prior, func(row int, x []float32) error {
			if i := from + row; i >= first && i < first+n {
				return visit(i, x)
			}
			return nil
		})
		prior.MustFinalizeAll()
		if err != nil {
			return err
		}
	}
	return nil
}

// Carry takes points of the prior, [n, shape...] in float32, along the flow in batches of the sampler's size, the last one filled
// up with its last point, and calls visit with where each of them ends, flat.
func (s *Sampler) Carry(ctx context.Context, prior *tensors.Tensor, visit func(i int, x []float32) error) error {
	size := s.flow.Dim()
	all := tensors.MustCopyFlatData[float32](prior)
	n := len(all) / size
	for from := 0; from < n; from += s.batch {
		padded := make([]float32, 0, s.batch*size)
		for row := range s.batch {
			i := min(from+row, n-1)
			padded = append(padded, all[i*size:][:size]...)
		}
		x := tensors.FromFlatDataAndDimensions(padded, append([]int{s.batch}, s.flow.Shape...)...)
		solution, err := s.with.Solve(ctx, s.flow.Field(), solver.State{x}, 0, 1)
		if err != nil {
			return err
		}
		s.NFE = solution.NFE
		flat := tensors.MustCopyFlatData[float32](solution.State[0])
		solution.Finalize()
		for i := from; i < min(from+s.batch, n); i++ {
			if err := visit(i, flat[(i-from)*size:][:size]); err != nil {
				return err
			}
		}
	}
	return nil
}
