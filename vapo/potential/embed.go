package potential

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"
)

// clockFrequencies is the number of octaves in the embedding of s.
const clockFrequencies = 4

// EmbedClock gives networks the clock s [batch] as smooth features [batch, 1+2·4]:
// s itself and sin, cos of πs, 2πs, 4πs, 8πs. On the arc-length clock all of a path's
// changes are of order one in s, so that low frequencies suffice.
func EmbedClock(s *Node) *Node {
	features := []*Node{graph.OneMinus(graph.MulScalar(s, 2))}
	for i := range clockFrequencies {
		angle := graph.MulScalar(s, math.Pi*math.Pow(2, float64(i)))
		features = append(features, graph.Sin(angle), graph.Cos(angle))
	}
	return graph.Stack(features, -1)
}
