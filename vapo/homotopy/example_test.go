package homotopy_test

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/named"
)

// The paper's path, and its coefficients at a few values of the clock.
func ExamplePosterior() {
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	values, err := homotopy.Evaluate(backend.Host(), path, []float64{0, 0.5, 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(path)
	for _, c := range values {
		fmt.Printf("s = %.1f  mean factor %.4f  variance %.4f\n", c.S, c.Mu, c.V)
	}
	// Output:
	// posterior (omega = 1, sigma = 0.01)
	// s = 0.0  mean factor 0.0000  variance 1.0000
	// s = 0.5  mean factor 0.7450  variance 0.2550
	// s = 1.0  mean factor 0.9999  variance 0.0001
}

// Half of the clock is a tiny part of the paper's time, in which the path could not be trained.
func ExamplePosterior_Time() {
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	for _, s := range []float64{0.5, 0.9, 1} {
		fmt.Printf("s = %.1f is t = %.4f\n", s, path.Time(s))
	}
	// Output:
	// s = 0.5 is t = 0.0003
	// s = 0.9 is t = 0.0083
	// s = 1.0 is t = 1.0000
}

// Coefficients need not be read in a graph: Evaluate gives float64 on the host.
func ExampleEvaluate() {
	path := homotopy.Straight{Omega: 1}
	values, err := homotopy.Evaluate(backend.Host(), path, []float64{0.25})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.4f\n", values[0].Mu)
	_, err = homotopy.Evaluate(backend.Host(), path, []float64{1.5})
	fmt.Println(err)
	// Output:
	// 0.2497
	// homotopy: s = 1.5 is outside [0, 1]
}

// A path by name, with an option of its own.
func ExampleNew() {
	path, err := homotopy.New("trigonometric", 1, 0.01, named.Values{"end": []byte("0.05")})
	fmt.Println(path, err)
	_, err = homotopy.New("straight", -1, 0.01, nil)
	fmt.Println(err)
	// Output:
	// trigonometric (omega = 1, end = 0.05) <nil>
	// homotopy "straight": omega, the prior's standard deviation, must be positive and finite, got -1
}

// A draw from the path in a graph: where data and noise are at s, and the velocity that the Alignment loss learns in the mean.
func ExampleDraw() {
	path := homotopy.Linear{Omega: 1, Sigma: 0.5}
	out, err := model.CallOnceN(backend.Host(), model.NewStore(), func(_ *model.Scope, data, noise, s *homotopy.Node) []*homotopy.Node {
		point := homotopy.Draw(path, data, noise, s)
		return []*homotopy.Node{point.X, point.Velocity(), point.Kappa()}
	}, [][]float64{{2, 0}}, [][]float64{{0, 1}}, []float64{0.5})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("x %.4f  velocity %.4f  kappa %.4f\n", out[0].Value(), out[1].Value(), out[2].Value())
	// Output: x [[1.1667 0.7500]]  velocity [[2.0000 -0.5000]]  kappa [1.3393]
}
