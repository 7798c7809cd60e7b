package vapo

import (
	"fmt"

	"vapoflow/internal/budget"
	"vapoflow/vapo/potential"
)

// Float32 values that a training holds, at the least: of each weight its gradient, moving average and two moments besides itself,
// and of each activation its own and those of the three derivatives that a gradient of a gradient takes. Measured, pure Go holds
// eight or nine of each activation, and XLA, which fuses, fewer.
const (
	perWeight     = 5
	perActivation = 4
	bytesOfValue  = 4
)

// maxDepth bounds the graph that is built: a network of more layers would take minutes before its first step.
const maxDepth = 1000

// size is what the named network takes; zeros where it does not say, or takes examples of other shapes.
func (c Config) size(shape []int) (weights, activations float64) {
	network, err := c.network()
	if err != nil {
		return 0, 0
	}
	if shaped, ok := network.(potential.Shaped); ok && shaped.Accepts(shape) != nil {
		return 0, 0
	}
	if sized, ok := network.(potential.Sized); ok {
		return sized.Size(shape)
	}
	return 0, 0
}

// checkWeights refuses a network whose weights alone are more than the memory, before any is drawn.
func (c Config) checkWeights(shape []int) error {
	weights, _ := c.size(shape)
	return budget.Check(fmt.Sprintf("a %s of width %d and depth %d for examples of shape %v",
		c.Potential, c.Width, c.Depth, shape), bytesOfValue*weights)
}

// CheckMemory refuses a training that needs more memory than there is, by an estimate from below: weights, their moments, and a
// batch with its activations. The error says the estimate and the limit.
func (c Config) CheckMemory(shape []int) error {
	weights, activations := c.size(shape)
	values := 3.0 // data, noise and their place on the path
	for _, n := range shape {
		values *= float64(n)
	}
	values = perWeight*weights + float64(c.Batch)*(values+perActivation*activations)
	return budget.Check(fmt.Sprintf("training a %s of width %d and depth %d in batches of %d examples of shape %v",
		c.Potential, c.Width, c.Depth, c.Batch, shape),
		bytesOfValue*values)
}
