package flow

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/internal/noise"
	"vapoflow/vapo/solver"
)

// Prior draws the samples first ≤ i < first+n of N(0, ω² I), [n, shape...] in float32. Sample i is a function of (seed, i) alone,
// so that one image can be drawn again without the others.
func (f *Flow) Prior(seed int64, first, n int) (*tensors.Tensor, error) {
	if n < 1 || first < 0 {
		return nil, fmt.Errorf("flow: cannot draw %d samples from index %d; give at least one, from 0 on", n, first)
	}
	path, err := f.Coefficients(0)
	if err != nil {
		return nil, err
	}
	size, omega := f.Dim(), float32(path.Sd())
	x := tensors.FromShape(shapes.Make(dtypes.Float32, append([]int{n}, f.Shape...)...))
	tensors.MustMutableFlatData(x, func(flat []float32) {
		for i := range n {
			example := flat[i*size:][:size]
			noise.Normal(noise.Stream(seed, noise.Prior, first+i), example)
			for j := range example {
				example[j] *= omega
			}
		}
	})
	return x, nil
}

// Sample carries the prior's samples first ≤ i < first+n along the flow to s = 1. The end state
// is Solution.State[0], [n, shape...]. An adaptive solver shares one step size among all n: to draw
// the same images in other groups, replay its grid with solver.Fixed.
func (f *Flow) Sample(ctx context.Context, with solver.Solver, seed int64, first, n int) (solver.Solution, error) {
	if with == nil {
		return solver.Solution{}, errors.New("flow: it needs a solver, such as solver.Adaptive{}")
	}
	x, err := f.Prior(seed, first, n)
	if err != nil {
		return solver.Solution{}, err
	}
	return with.Solve(ctx, f.Field(), solver.State{x}, 0, 1)
}
