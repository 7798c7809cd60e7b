package outside

import (
	"math"

	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/homotopy"
)

// Cosine is the variance-preserving path of diffusion models on a trigonometric clock (Nichol and Dhariwal 2021,
// arXiv:2102.09672): μ = sin θ, √v = cos θ, θ = (π/2)(1 − End)s, from N(0, I) at s = 0 to √v = sin(π/2 End) at s = 1.
type Cosine struct {
	End float64 // in (0, 1): how far from the end of the quarter turn the path stops
}

var _ homotopy.Homotopy = Cosine{}

// At implements [homotopy.Homotopy] for s [batch]. cos θ is taken as sin(π/2 − θ), whose argument is a sum of positive numbers: in
// float32 the cosine itself would lose its digits near s = 1.
func (c Cosine) At(s *graph.Node) homotopy.Coefficients {
	speed := math.Pi / 2 * (1 - c.End) // dθ/ds
	rest := graph.MulScalar(graph.Add(graph.OneMinus(s), graph.MulScalar(s, c.End)), math.Pi/2)
	mu, sd := graph.Sin(graph.MulScalar(s, speed)), graph.Sin(rest)
	return homotopy.Coefficients{
		Mu: mu, MuDot: graph.MulScalar(sd, speed),
		V: graph.Square(sd), VDot: graph.MulScalar(graph.Mul(mu, sd), -2*speed),
	}
}

func (c Cosine) String() string { return "cosine" }
