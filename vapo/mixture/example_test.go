package mixture_test

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/mat"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
)

// The exact potential, its field and the density of the ring, halfway along the paper's path.
func ExampleOptimal() {
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	oracle := mixture.Optimal{Mixture: mixture.Ring8(), Homotopy: path}
	exact, err := oracle.Evaluate(backend.Host(), [][]float64{{0.5, 0}, {1.5, 0}, {3, 0}}, 0.5)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, u := range exact.Field {
		fmt.Printf("potential %5.2f  field (%5.2f, %4.2f)  log-density %6.2f\n", exact.Phi[i], u[0], u[1], exact.LogDensity[i])
	}
	// Output:
	// potential -3.58  field ( 2.91, 0.00)  log-density  -3.76
	// potential -1.11  field ( 1.78, 0.00)  log-density  -2.42
	// potential -0.38  field (-0.87, 0.00)  log-density  -6.93
}

// A finite data set has an exact potential too: its flow memorises the points.
func ExamplePoints() {
	data, err := mixture.Points([][]float64{{1, 2}, {-1, 0}})
	if err != nil {
		fmt.Println(err)
		return
	}
	path := homotopy.Straight{Omega: 1}
	exact, err := mixture.Optimal{Mixture: data, Homotopy: path}.Evaluate(backend.Host(), [][]float64{{0.9, 1.7}}, 0.9)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", exact.Field[0])
	// Output:
	// [0.990 2.970]
}

// How far a potential is from the best one, before it has learned anything: that of a Gaussian with
// the ring's spread.
func ExampleExcess() {
	path := homotopy.Straight{Omega: 1}
	blob := mixture.Mixture{Means: [][]float64{{0, 0}}, Std: 1.4}
	guess := &flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: mixture.Optimal{Mixture: blob, Homotopy: path}, Shape: []int{2}}
	report, err := mixture.Excess(context.Background(), guess, mixture.Ring8(), 4000, 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("overall %.2f, quarters of s %.2f\n", report.Overall, report.Quarters)
	// Output:
	// overall 0.37, quarters of s [0.00 0.65 0.49 0.33]
}

// The same seed and index give the same point.
func ExampleMixture_Sample() {
	ring := mixture.Ring8()
	fmt.Printf("%.3f\n", ring.Sample(2, 7))
	fmt.Printf("%.3f\n", ring.Sample(1, 7))
	// Output:
	// [[-0.039 -1.973] [-1.447 -1.471]]
	// [[-0.039 -1.973]]
}

// Data of one's own as a mixture: its exact field and log-density at a point of the path.
func ExampleNew() {
	m, err := mixture.New([]float64{0.25, 0.75}, [][]float64{{-1}, {1}}, 0.2)
	if err != nil {
		fmt.Println(err)
		return
	}
	path := homotopy.Straight{Omega: 1}
	exact, err := mixture.Optimal{Mixture: m, Homotopy: path}.Evaluate(backend.Host(), [][]float64{{0}, {1}}, 0.9)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("field %.3f, log-density %.3f\n", exact.Field, exact.LogDensity)
	_, err = mixture.New([]float64{0.5, 0.2}, [][]float64{{-1}, {1}}, 0.2)
	fmt.Println(err)
	// Output:
	// field [[1.185] [0.845]], log-density [-8.847 0.253]
	// mixture: weights must sum to 1, got 0.7
}

// A measurement of the first coordinate alone leaves two of the eight Gaussians.
func ExampleMixture_Posterior() {
	exact, err := mixture.Ring8().Posterior(mat.NewDense(1, 2, []float64{1, 0}), []float64{1.4}, 0.1)
	if err != nil {
		fmt.Println(err)
		return
	}
	for k, w := range exact.Weights {
		if w > 0.01 {
			fmt.Printf("%.2f at %.3f\n", w, exact.Means[k])
		}
	}
	fmt.Printf("log-evidence %.3f\n", exact.LogEvidence)
	// Output:
	// 0.50 at [1.407 1.414]
	// 0.50 at [1.407 -1.414]
	// log-evidence -0.354
}
