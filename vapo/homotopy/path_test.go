package homotopy_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/homotopy/homotopytest"
	"vapoflow/vapo/named"
)

// trigonometric keeps the variance of white data: μ = sin θ, √v = cos θ, θ = 0.99 πs/2.
var trigonometric = homotopy.Path{
	Name: "trigonometric",
	Mu:   func(s *homotopy.Node) *homotopy.Node { return graph.Sin(graph.MulScalar(s, 0.99*math.Pi/2)) },
	Sd:   func(s *homotopy.Node) *homotopy.Node { return graph.Cos(graph.MulScalar(s, 0.99*math.Pi/2)) },
}

func TestPath(t *testing.T) { homotopytest.Run(t, trigonometric, 1) }

// A path by two functions can be named as any other.
func TestPathInAList(t *testing.T) {
	list := named.New("homotopy", named.Entries[homotopy.Homotopy]{{"mine", "by two functions", trigonometric}})
	h, err := list.Make("mine", map[string]any{"omega": 1.0, "sigma": 0.01}, nil)
	if err != nil {
		t.Fatal(err)
	}
	homotopytest.Run(t, h, 1)
}

func ExamplePath() {
	values, err := homotopy.Evaluate(backend.Host(), trigonometric, []float64{0, 1})
	for _, c := range values {
		fmt.Printf("s = %g: μ = %.3f, √v = %.3f, μ̇ = %.3f\n", c.S, c.Mu, c.Sd(), c.MuDot)
	}
	fmt.Println(err)
	// Output:
	// s = 0: μ = 0.000, √v = 1.000, μ̇ = 1.555
	// s = 1: μ = 1.000, √v = 0.016, μ̇ = 0.024
	// <nil>
}
