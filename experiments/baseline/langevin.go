package baseline

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo"
	"vapoflow/vapo/potential"
)

// Langevin is the chain
//
//	x_{k+1} = x_k + (ε²/2) ∇Φ(x_k, 1) + ε√T z_k,   z_k ~ N(0, I),
//
// which tends to the density exp(Φ(x, 1)/T)/Z as ε → 0: the energy is −Φ at the data's end of the clock. There is no
// correction for ε > 0.
//
// The zero value has ε of Nijkamp et al. (arXiv:1903.12370; their released setting for eight Gaussians on a circle of
// radius 1, where a chain takes 500 steps and is kept) and K of Du and Mordatch (arXiv:1903.08689; their code's default).
type Langevin struct {
	Steps       int     // K; 0 means 20
	StepSize    float64 // ε, in units of the data; 0 means 0.125
	Temperature float64 // T; 0 means 1
}

// withDefaults fills in what is zero, and says which value cannot be used.
func (l Langevin) withDefaults() (Langevin, error) {
	if l.Steps == 0 {
		l.Steps = 20
	}
	if l.StepSize == 0 {
		l.StepSize = 0.125
	}
	if l.Temperature == 0 {
		l.Temperature = 1
	}
	switch {
	case l.Steps < 0:
		return l, fmt.Errorf("baseline: a Langevin chain of %d steps; give at least 1, or 0 for 20", l.Steps)
	case !(l.StepSize > 0) || math.IsInf(l.StepSize, 0):
		return l, fmt.Errorf("baseline: the Langevin step size must be positive and finite, got %g", l.StepSize)
	case !(l.Temperature > 0) || math.IsInf(l.Temperature, 0):
		return l, fmt.Errorf("baseline: the Langevin temperature must be positive and finite, got %g", l.Temperature)
	}
	return l, nil
}

// drift and spread are the factors of ∇Φ and of z.
func (l Langevin) drift() float64  { return l.StepSize * l.StepSize / 2 }
func (l Langevin) spread() float64 { return l.StepSize * math.Sqrt(l.Temperature) }

// unroll takes Steps steps in the graph from x [batch, ...] at s [batch], with noise(k) of x's shape. No gradient
// flows through the chain: each step stops it after the drift, not at the point itself, because ∇Φ is taken there.
func (l Langevin) unroll(at potential.Function, x, s *Node, noise func(k int) *Node) *Node {
	for k := range l.Steps {
		_, grad := at(x, s)
		moved := graph.StopGradient(graph.Add(x, graph.MulScalar(grad, l.drift())))
		x = graph.Add(moved, graph.MulScalar(noise(k), l.spread()))
	}
	return x
}

// Sample runs chains first ≤ i < first+n on m's potential, each from m's sample i of the prior, and returns their ends,
// [n, shape...]. Chain i is a function of (seed, i) alone. A chain that explodes ends in infinities or NaN.
func (l Langevin) Sample(ctx context.Context, m *vapo.Model, seed int64, first, n int) (*tensors.Tensor, error) {
	l, err := l.withDefaults()
	if err != nil {
		return nil, err
	}
	prior, err := m.Prior(seed, first, n)
	if err != nil {
		return nil, err
	}
	chains := make([]*rand.Rand, n)
	for i := range chains {
		chains[i] = chain(seed, first+i)
	}
	shape, x := prior.Shape().Dimensions, tensors.MustCopyFlatData[float32](prior)
	prior.MustFinalizeAll()
	for range l.Steps {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("baseline: Langevin sampling stopped: %w", err)
		}
		if err := l.step(m, chains, x, shape); err != nil {
			return nil, err
		}
	}
	return tensors.FromFlatDataAndDimensions(x, shape...), nil
}

// step moves all points x, of the given shape, once.
func (l Langevin) step(m *vapo.Model, chains []*rand.Rand, x []float32, shape []int) error {
	points := tensors.FromFlatDataAndDimensions(x, shape...)
	defer points.MustFinalizeAll()
	phi, grad, err := m.Evaluate(points, 1)
	if err != nil {
		return err
	}
	defer phi.MustFinalizeAll()
	defer grad.MustFinalizeAll()
	drift, spread, size := float32(l.drift()), float32(l.spread()), len(x)/len(chains)
	return tensors.ConstFlatData(grad, func(flat []float32) {
		for i, z := range flat {
			x[i] += drift*z + spread*float32(chains[i/size].NormFloat64())
		}
	})
}

// chain gives the random numbers of one chain, in a stream apart from those of vapo for the same seed.
func chain(seed int64, index int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), 0xc<<60^uint64(index)))
}
