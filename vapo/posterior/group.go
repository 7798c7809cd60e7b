package posterior

import (
	"fmt"
	"math/rand/v2"

	"vapoflow/internal/numbers"
)

// group is a batch of chains, always whole: its last ones may be there to fill it up.
type group struct {
	n      int
	random []*rand.Rand // of each chain, a function of (seed, index)
	data   []any        // of the likelihood: rows of these chains
	omega  float64
	d      int
}

// defaultBatch is how many chains are computed together: 256 points, or 8 images.
func (p *engine) defaultBatch() int {
	if len(p.shape()) == 1 {
		return 256
	}
	return 8
}

// batches visits chains 0 ≤ i < n in whole batches of one size, so that chain i always rides in the same place of the same batch.
func (p *engine) batches(n, size int, visit func(first, size int) error) error {
	if n < 1 || size < 0 {
		return fmt.Errorf("posterior: %d chains in batches of %d; give at least one", n, size)
	}
	if err := p.checkData(n); err != nil {
		return err
	}
	if size == 0 {
		size = p.defaultBatch()
	}
	for first := 0; first < n; first += size {
		if err := visit(first, size); err != nil {
			return err
		}
	}
	return nil
}

func (p *engine) checkData(n int) error {
	if p.Likelihood == nil {
		return nil
	}
	for _, t := range p.Likelihood.Data() {
		if t == nil {
			return fmt.Errorf("posterior: the measurement has no y")
		}
		if rows := t.Shape().Dim(0); rows != 1 && rows != n {
			return fmt.Errorf("posterior: the measurement has %d rows for %d chains; give one for all or one for each", rows, n)
		}
	}
	return nil
}

// group prepares the chains from first on.
func (p *engine) group(seed uint64, first, size int) (*group, error) {
	path, err := p.Prior.flows[0].Coefficients(0)
	if err != nil {
		return nil, fmt.Errorf("posterior: %w", err)
	}
	g := &group{n: size, omega: path.Sd(), d: p.dim()}
	for i := range size {
		g.random = append(g.random, rand.New(rand.NewPCG(seed, uint64(first+i))))
	}
	if p.Likelihood == nil {
		return g, nil
	}
	for _, t := range p.Likelihood.Data() {
		flat, dims := numbers.Flat(t), t.Shape().Dimensions
		width, rows := len(flat)/dims[0], make([]float64, 0, len(flat))
		if dims[0] > 1 {
			for i := range size {
				rows = append(rows, flat[min(first+i, dims[0]-1)*width:][:width]...)
			}
		} else {
			rows = flat
		}
		g.data = append(g.data, numbers.Tensor(p.dtype(), rows, append([]int{len(rows) / width}, dims[1:]...)...))
	}
	return g, nil
}

// noise draws N(0, ω² I) for each chain, flat.
func (g *group) noise() []float64 {
	x := make([]float64, 0, g.n*g.d)
	for _, r := range g.random {
		for range g.d {
			x = append(x, g.omega*r.NormFloat64())
		}
	}
	return x
}
