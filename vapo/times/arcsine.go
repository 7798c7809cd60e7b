package times

import (
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/graph"
)

// Arcsine draws s = sin²(πu/2), of density 1/(π√(s(1−s))), from stratified u: more often near both ends.
type Arcsine struct{}

var _ Weighted = Arcsine{}

// Draw implements [Law].
func (Arcsine) Draw(rng *rand.Rand, s []float32) {
	Stratified{}.Draw(rng, s)
	for i, u := range s {
		sin := math.Sin(math.Pi / 2 * float64(u))
		s[i] = float32(sin * sin)
	}
}

// Weight implements [Weighted].
func (Arcsine) Weight(s *graph.Node) *graph.Node {
	return graph.MulScalar(graph.Sqrt(graph.Mul(s, graph.OneMinus(s))), math.Pi)
}
