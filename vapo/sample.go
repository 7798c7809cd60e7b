package vapo

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/solver"
)

// Field is the flow dx/ds = ∇Φ(x, s) of the model, for a solver: one call is one evaluation (NFE).
func (m *Model) Field() solver.Field {
	return func(s float64, y solver.State) (solver.State, error) {
		phi, grad, err := m.Evaluate(y[0], s)
		if err != nil {
			return nil, err
		}
		return solver.State{grad}, phi.FinalizeAll()
	}
}

// Prior draws the samples first ≤ i < first+n of N(0, ω² I), [n, shape...]. Sample i is a function
// of (seed, i) alone, so that one image can be drawn again without the others.
func (m *Model) Prior(seed int64, first, n int) (*tensors.Tensor, error) {
	if n < 1 || first < 0 {
		return nil, fmt.Errorf("vapo: cannot draw %d samples from index %d; give at least one, from 0 on", n, first)
	}
	path, err := m.evaluatePath(0)
	if err != nil {
		return nil, err
	}
	size, omega := m.size(), float32(path.Sd())
	x := tensors.FromShape(float32Shape(append([]int{n}, m.Shape...)...))
	tensors.MustMutableFlatData(x, func(flat []float32) {
		for i := range n {
			example := flat[i*size:][:size]
			fillNormal(stream(seed, streamPrior, first+i), example)
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
func (m *Model) Sample(ctx context.Context, with solver.Solver, seed int64, first, n int) (solver.Solution, error) {
	x, err := m.Prior(seed, first, n)
	if err != nil {
		return solver.Solution{}, err
	}
	return with.Solve(ctx, m.Field(), solver.State{x}, 0, 1)
}
