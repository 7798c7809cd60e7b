package homotopy_test

import (
	"fmt"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
)

// The paper's path, and its coefficients at a few values of the clock.
func ExamplePosterior() {
	path, err := homotopy.Posterior(1, 0.01)
	if err != nil {
		fmt.Println(err)
		return
	}
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
func ExampleArc_Time() {
	path, err := homotopy.Posterior(1, 0.01)
	if err != nil {
		fmt.Println(err)
		return
	}
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
	path, err := homotopy.Straight(1)
	if err != nil {
		fmt.Println(err)
		return
	}
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

// Every path can be named.
func ExampleNew() {
	for _, name := range homotopy.List.Names() {
		path, err := homotopy.New(name, 1, 0.01)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s: %s; c = %.4f\n", name, homotopy.List.Summary(name), path.C)
	}
	// Output:
	// posterior: the paper's: alpha = 1, beta = t; c = 0.9900
	// linear: alpha = 1-t, beta = t; c = 0.9900
	// straight: flow matching's path: mu = t, sd = omega(1-t); c = 0.9990
}

// A draw from the path in a graph: where data and noise are at s, and the velocity that the Alignment loss learns in the mean.
func ExampleDraw() {
	path, err := homotopy.Linear(1, 0.5)
	if err != nil {
		fmt.Println(err)
		return
	}
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
