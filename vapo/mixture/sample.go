package mixture

import (
	"math"
	"math/rand/v2"

	"vapoflow/vapo/homotopy"
)

// Sample draws n points [n][d] from the data. Point i is a function of (seed, i) alone, so that
// a longer draw begins with the shorter one.
func (m Mixture) Sample(n int, seed uint64) [][]float64 {
	x := make([][]float64, n)
	for i := range x {
		x[i] = m.draw(source(seed, i))
	}
	return x
}

// SamplePath draws n points [n][d] from the marginal ρ̄(·; s) where the path has coefficients c:
// x = μ x̄ + √v ε. Point i is a function of (seed, i) alone, and moves along the path with s.
func (m Mixture) SamplePath(c homotopy.Values, n int, seed uint64) [][]float64 {
	x, sd := make([][]float64, n), math.Sqrt(c.V)
	for i := range x {
		r := source(seed, i)
		x[i] = m.draw(r)
		for j := range x[i] {
			x[i][j] = c.Mu*x[i][j] + sd*r.NormFloat64()
		}
	}
	return x
}

// draw is one point of the data.
func (m Mixture) draw(r *rand.Rand) []float64 {
	x := append([]float64(nil), m.Means[m.component(r)]...)
	if m.Std > 0 {
		for j := range x {
			x[j] += m.Std * r.NormFloat64()
		}
	}
	return x
}

// component draws k with probability π_k.
func (m Mixture) component(r *rand.Rand) int {
	if m.Weights == nil {
		return r.IntN(len(m.Means))
	}
	return draw(m.Weights, r)
}

// draw is k with probability weights[k].
func draw(weights []float64, r *rand.Rand) int {
	u, last := r.Float64(), len(weights)-1
	for k, w := range weights[:last] {
		if u -= w; u < 0 {
			return k
		}
	}
	return last
}

// source gives the random numbers of item i of a stream.
func source(seed uint64, i int) *rand.Rand { return rand.New(rand.NewPCG(seed, uint64(i))) }
