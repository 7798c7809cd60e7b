package posterior_test

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/posterior"
)

// One noisy number is measured of a point of the ring: how often the point lies in the lower half, by guidance, by chains that
// Metropolis corrects, and in truth. A trained model takes the exact potential's place by its backend, homotopy, potential, store
// and shape.
func ExamplePosterior_Sample() {
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	ring := mixture.Ring8()
	flow := &flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: mixture.Optimal{Mixture: ring, Homotopy: path}, Shape: []int{2}}
	a, y, noise := mat.NewDense(1, 2, []float64{1, 0.3}), []float64{1.2}, 0.3
	measured, err := posterior.Matrix(a, [][]float64{y}, noise)
	if err != nil {
		fmt.Println(err)
		return
	}
	exact, err := ring.Posterior(a, y, noise)
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, p := context.Background(), &posterior.Posterior{Prior: posterior.Of(flow), Likelihood: measured}
	guided, err := p.Guide(ctx, posterior.Guided{}, 256, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	chains, err := p.Sample(ctx, posterior.Chains{Levels: posterior.Levels(8, 1), Burn: 60, Keep: 1, Exchange: true}, 256)
	if err != nil {
		fmt.Println(err)
		return
	}
	below := func(x [][]float64) float64 {
		n := 0.0
		for _, point := range x {
			if point[1] < 0 {
				n++
			}
		}
		return n / float64(len(x))
	}
	fmt.Printf("guided %.1f, chains %.1f, exact %.1f\n",
		below(guided.Value().([][]float64)), below(chains.X.Value().([][]float64)), below(exact.Sample(10_000, 1)))
	// Output:
	// guided 0.4, chains 0.7, exact 0.7
}
