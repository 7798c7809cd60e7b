package potential_test

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/potential"
)

// bowl is a potential of one's own: Φ(x, s) = −s‖x‖²/2, one value for each example.
type bowl struct{}

func (bowl) Value(_ *model.Scope, x, s *potential.Node) *potential.Node {
	return graph.MulScalar(graph.Mul(s, graph.ReduceSum(graph.Square(x), 1)), -0.5)
}

// One method makes a potential; Evaluator gives its value and its gradient in x.
func ExamplePotential() {
	out, err := model.CallOnceN(backend.Host(), model.NewStore(), func(scope *model.Scope, x, s *potential.Node) []*potential.Node {
		phi, grad := potential.Evaluator(scope, bowl{})(x, s)
		return []*potential.Node{phi, grad}
	}, [][]float64{{3, 4}}, []float64{0.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out[0].Value(), out[1].Value())
	// Output: [-6.25] [[-1.5 -2]]
}

// Autonomous holds the clock still: Φ(x), as the paper's text writes it, is the same at every s.
func ExampleAutonomous() {
	for _, p := range []potential.Potential{potential.MLP{Width: 8, Depth: 1}, potential.Autonomous(potential.MLP{Width: 8, Depth: 1})} {
		out, err := model.CallOnceN(backend.Host(), model.NewStore(), func(scope *model.Scope, x, s *potential.Node) []*potential.Node {
			return []*potential.Node{p.Value(scope, x, s)}
		}, [][]float32{{1, 2}, {1, 2}}, []float32{0.1, 0.9})
		if err != nil {
			fmt.Println(err)
			return
		}
		phi := out[0].Value().([]float32)
		fmt.Println(phi[0] == phi[1])
	}
	// Output:
	// false
	// true
}

// A network for images has one value for each of them too.
func ExampleResNet() {
	store := model.NewStore()
	out, err := model.CallOnceN(backend.Host(), store, func(scope *model.Scope, x, s *potential.Node) []*potential.Node {
		return []*potential.Node{potential.ResNet{Width: 8, Blocks: 1}.Value(scope, x, s)}
	}, blank(2, 16, 16, 3), []float32{0.2, 0.8})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out[0].Shape(), store.NumParameters() > 10_000)
	// Output: (Float32)[2] true
}

// blank is an array of zeros, [n, height, width, channels].
func blank(n, height, width, channels int) [][][][]float32 {
	x := make([][][][]float32, n)
	for i := range x {
		x[i] = make([][][]float32, height)
		for j := range x[i] {
			x[i][j] = make([][]float32, width)
			for k := range x[i][j] {
				x[i][j][k] = make([]float32, channels)
			}
		}
	}
	return x
}

// The networks see the clock as a vector of sines and cosines.
func ExampleEmbedClock() {
	out, err := model.CallOnceN(backend.Host(), model.NewStore(), func(_ *model.Scope, s *potential.Node) []*potential.Node {
		return []*potential.Node{potential.EmbedClock(s)}
	}, []float32{0, 0.5, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out[0].Shape())
	// Output: (Float32)[3, 9]
}
