package baseline

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/support/exceptions"

	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

// ContrastiveDivergence is the maximum-likelihood loss of the energy E(x) = −Φ(x, 1) with negatives x⁻ from K steps of
// [Langevin], through which no gradient flows:
//
//	L = E_data[E(x)] − E[E(x⁻)] + α E[E(x)² + E(x⁻)²].
//
// With α = 0 its θ-gradient is minus that of the log-likelihood where the chains have reached exp(Φ)/Z, which takes long
// chains; short ones make a generator of the chain itself (Nijkamp et al., "short-run" MCMC, arXiv:1904.09770). Chains
// start from noise as there, or from the data (CD-K; Hinton, Neural Computation 14, 2002). There is no replay buffer: the
// loop keeps no state but the weights. The path and its clock are unused.
type ContrastiveDivergence struct {
	Langevin Langevin
	FromData bool    // start chains at the batch's data instead of N(0, ω² I)
	Omega    float64 // ω, the prior's standard deviation, as the path that samples will start from has it; 0 means 1
	EnergyL2 float64 // α ≥ 0, which holds the energies' magnitude, as Du and Mordatch do (arXiv:1903.08689)
}

var _ loss.Loss = ContrastiveDivergence{}

// Value implements [loss.Loss]. A loss has no random numbers but p.Noise [batch, ...]: step k of chain i takes the noise
// of example i+k+1 (modulo the batch), its start that of example i. So each chain sees independent noise as long as
// K < batch, which is required; different chains share it at different steps, which biases no mean.
func (c ContrastiveDivergence) Value(p homotopy.Point, at potential.Function) *Node {
	chains, err := c.Langevin.withDefaults()
	if err != nil {
		exceptions.Panicf("%v", err)
	}
	if batch := p.Noise.Shape().Dim(0); chains.Steps >= batch {
		exceptions.Panicf("baseline: %d Langevin steps need a batch of more than that, got %d; raise batch or lower steps",
			chains.Steps, batch)
	}
	if !(c.EnergyL2 >= 0) || !(c.Omega >= 0) {
		exceptions.Panicf("baseline: EnergyL2 and Omega must not be negative, got %g and %g", c.EnergyL2, c.Omega)
	}
	end := graph.OnesLike(p.S)
	negatives := chains.unroll(at, c.start(p), end, func(k int) *Node { return roll(p.Noise, k+1) })
	positive, negative := energy(at, p.Data, end), energy(at, negatives, end)
	value := graph.Sub(positive, negative)
	if c.EnergyL2 > 0 {
		squares := graph.Add(graph.Square(positive), graph.Square(negative))
		value = graph.Add(value, graph.MulScalar(squares, c.EnergyL2))
	}
	return value
}

// start is where the chains begin, [batch, ...].
func (c ContrastiveDivergence) start(p homotopy.Point) *Node {
	if c.FromData {
		return p.Data
	}
	if c.Omega == 0 {
		return p.Noise
	}
	return graph.MulScalar(p.Noise, c.Omega)
}

// energy is E = −Φ at x, [batch].
func energy(at potential.Function, x, s *Node) *Node {
	phi, _ := at(x, s)
	return graph.Neg(phi)
}

// roll moves example i+k to row i, modulo the batch, for 0 < k < batch.
func roll(x *Node, k int) *Node {
	return graph.Concatenate([]*Node{graph.Slice(x, graph.AxisRange(k)), graph.Slice(x, graph.AxisRange(0, k))}, 0)
}
