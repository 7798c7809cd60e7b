package loss_test

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// A loss by name, for the exact potential of one Gaussian and for half of it: the optimum is lower
// with every estimator, here on 1,000 draws at s = 0.5.
func Example_list() {
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	data := mixture.Gauss2()
	best := mixture.Optimal{Mixture: data, Homotopy: path}
	half := func(at potential.Function) potential.Function {
		return func(x, s *loss.Node) (phi, grad *loss.Node) {
			phi, grad = at(x, s)
			return graph.MulScalar(phi, 0.5), graph.MulScalar(grad, 0.5)
		}
	}
	clock := make([]float64, 1000)
	for i := range clock {
		clock[i] = 0.5
	}
	for _, name := range []string{"alignment", "covariance"} {
		estimator, err := loss.List.Find(name)
		if err != nil {
			fmt.Println(err)
			return
		}
		out, err := model.CallOnceN(backend.Host(), model.NewStore(), func(scope *model.Scope, x, noise, s *loss.Node) []*loss.Node {
			point := homotopy.Draw(path, x, noise, s)
			at := potential.Evaluator(scope, best)
			return []*loss.Node{
				graph.ReduceAllMean(estimator.Value(point, at)),
				graph.ReduceAllMean(estimator.Value(point, half(at))),
			}
		}, data.Sample(1000, 1), normals(1000, 2, 1), clock)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %.2f, half of it %.2f\n", name, out[0].Value(), out[1].Value())
	}
	// Output:
	// alignment: 0.95, half of it 1.26
	// covariance: -1.18, half of it -0.89
}

// The three estimators have one mean; this is the plainest, ½‖∇Φ − u_c‖² for each example.
func ExampleAlignment() {
	path := homotopy.Straight{Omega: 1}
	out, err := model.CallOnceN(backend.Host(), model.NewStore(), func(scope *model.Scope, x, noise, s *loss.Node) []*loss.Node {
		still := func(x, s *loss.Node) (phi, grad *loss.Node) { // Φ = 0
			return graph.ZerosLike(s), graph.ZerosLike(x)
		}
		return []*loss.Node{loss.Alignment{}.Value(homotopy.Draw(path, x, noise, s), still)}
	}, [][]float64{{3, 0}}, [][]float64{{0, 4}}, []float64{0.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", out[0].Value()) // ½(3² + 4²)c², and c = 0.999
	// Output: [12.475]
}
