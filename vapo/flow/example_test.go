package flow_test

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

var euler = solver.Fixed{Tableau: solver.Euler, Steps: 2}

// The exact potential of eight Gaussians on a circle of radius 2: its values, its field, and where it carries the prior.
func Example() {
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	f := &flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: mixture.Optimal{Mixture: mixture.Ring8(), Homotopy: path}, Shape: []int{2}}
	phi, grad, err := f.Evaluate(tensors.FromValue([][]float64{{1.5, 0}, {0, 0}}), 0.5)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("Φ %.3f, ∇Φ %.3f\n", phi.Value(), grad.Value())
	samples, err := f.Sample(context.Background(), solver.Adaptive{RTol: 1e-3, ATol: 1e-3}, 1, 0, 4)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, x := range samples.State[0].Value().([][]float32) {
		fmt.Printf("radius %.1f\n", math.Hypot(float64(x[0]), float64(x[1])))
	}
	_, _, err = f.Evaluate(tensors.FromValue([]float64{1.5, 0}), 0.5)
	fmt.Println(err)
	// Output:
	// Φ [-1.112 -4.585], ∇Φ [[1.782 0.000] [0.000 0.000]]
	// radius 2.1
	// radius 1.9
	// radius 1.8
	// radius 2.0
	// flow: the points are (Float64)[2]; want [n, ...] with examples of shape [2]
}

// Led away from one broad Gaussian, noise inside the ring is carried outward faster.
func ExampleFlow_Autoguided() {
	path := homotopy.Straight{Omega: 1}
	of := func(m mixture.Mixture) *flow.Flow {
		return &flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: mixture.Optimal{Mixture: m, Homotopy: path}, Shape: []int{2}}
	}
	broad, err := mixture.New(nil, [][]float64{{0, 0}}, 1.4)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, weight := range []float64{0, 0.5} {
		guided, err := of(mixture.Ring8()).Autoguided(of(broad), weight)
		if err != nil {
			fmt.Println(err)
			return
		}
		_, grad, err := guided.Evaluate(tensors.FromValue([][]float64{{1, 0}}), 0.5)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("weight %g: ∇Φ %.3f\n", weight, grad.Value())
	}
	// Output:
	// weight 0: ∇Φ [[1.457 0.000]]
	// weight 0.5: ∇Φ [[1.863 0.000]]
}
