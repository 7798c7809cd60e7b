package autodiff

import (
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/layers/activation"
)

// Swish is x σ(x), entry by entry. On pure Go, which computes a graph as it is written, its first two derivatives are closed
// forms of half the operations that the chain rule gives.
func Swish(x *graph.Node) *graph.Node {
	if onXLA(x) {
		return activation.Swish(x)
	}
	sigma := graph.Logistic(x)
	rest := graph.OneMinus(sigma)
	var y, slope *graph.Node
	y = withDerivative(x, func() *graph.Node { return graph.Mul(x, sigma) }, func() *graph.Node {
		slope = withDerivative(x, func() *graph.Node { return graph.Add(sigma, graph.Mul(y, rest)) }, func() *graph.Node {
			return graph.Mul(rest, graph.Add(slope, graph.Mul(sigma, graph.OneMinus(y))))
		})
		return slope
	})
	return y
}

// withDerivative is a function of each entry of x, of which the derivative is given.
func withDerivative(x *graph.Node, f, derivative func() *graph.Node) *graph.Node {
	y, ok := graph.InternalFusedOpCaller(f, func() *graph.Node {
		return graph.IdentityWithCustomGradient(x, func(_, v *graph.Node) *graph.Node { return graph.Mul(v, derivative()) })
	}, true)
	if !ok { // switched off by graph.FusionEnv: y is x
		return f()
	}
	return y
}
