// Package times has the laws by which a training draws the clock s. [List] shows what can be named.
package times

import (
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/graph"
)

// Law is how the clock s in [0, 1] is drawn for the examples of a batch. The loss of a training is the mean over s of the loss at
// s, times the weight where the law is [Weighted].
type Law interface {
	// Draw fills s, as long as the batch, from rng alone.
	Draw(rng *rand.Rand, s []float32)
}

// Weighted is what a law adds that draws some s more often than others: the inverse of its density makes the mean loss the
// uniform one.
type Weighted interface {
	// Weight is that of each s, [batch] to [batch].
	Weight(s *graph.Node) *graph.Node
}

// Uniform draws each s on its own.
type Uniform struct{}

// Draw implements [Law].
func (Uniform) Draw(rng *rand.Rand, s []float32) {
	for i := range s {
		s[i] = rng.Float32()
	}
}

// Stratified draws one s in each of the batch's equal intervals: the uniform mean at less variance.
type Stratified struct{}

// Draw implements [Law].
func (Stratified) Draw(rng *rand.Rand, s []float32) {
	for i := range s {
		s[i] = (float32(i) + rng.Float32()) / float32(len(s))
	}
}
