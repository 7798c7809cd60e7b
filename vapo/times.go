package vapo

import (
	"math"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/internal/named"
)

// Times is how the clock s in [0, 1] is drawn for the examples of a batch, and weighted: the loss of
// a training is the mean of Weight(s) times the loss at s.
type Times struct {
	Draw   func(rng *rand.Rand, s []float32)
	Weight func(s *graph.Node) *graph.Node // [batch] to [batch]; nil means 1
}

// times lists the draws that can be named: a new one is one line here.
var times = named.List[Times]{
	{"stratified", "one s in each of the batch's equal intervals: the uniform mean at less variance", Times{Draw: stratified}},
	{"uniform", "each s on its own", Times{Draw: uniform}},
	{"arcsine", "stratified, more often near both ends and weighted less there: the same mean loss", Times{arcsine, arcsineWeight}},
}

// TimesNames lists the ways of drawing s.
func TimesNames() []string { return times.Names() }

func uniform(rng *rand.Rand, s []float32) {
	for i := range s {
		s[i] = rng.Float32()
	}
}

func stratified(rng *rand.Rand, s []float32) {
	for i := range s {
		s[i] = (float32(i) + rng.Float32()) / float32(len(s))
	}
}

// arcsine draws s = sin²(πu/2), of density 1/(π√(s(1−s))), from stratified u.
func arcsine(rng *rand.Rand, s []float32) {
	stratified(rng, s)
	for i, u := range s {
		sin := math.Sin(math.Pi / 2 * float64(u))
		s[i] = float32(sin * sin)
	}
}

// arcsineWeight is the inverse of that density.
func arcsineWeight(s *graph.Node) *graph.Node {
	return graph.MulScalar(graph.Sqrt(graph.Mul(s, graph.OneMinus(s))), math.Pi)
}
