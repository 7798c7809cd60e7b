package potential_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/potential/potentialtest"
)

// network is a potential with a shape of examples that it takes.
type network struct {
	p     potential.Potential
	shape []int
}

// networks are every network, alone and wrapped.
func networks(t *testing.T) map[string]network {
	t.Helper()
	path := homotopy.Straight{Omega: 1}
	base := func(rest potential.Potential, shape []int) potential.Potential {
		gaussian, err := potential.FitGaussian(shape, 64, func(i int, dst []float32) error {
			rng := rand.New(rand.NewPCG(9, uint64(i)))
			for j := range dst {
				dst[j] = float32(0.3*rng.NormFloat64()) + 0.1*float32(j%3)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return potential.GaussianBase{Homotopy: path, Rest: rest, Gaussian: gaussian}
	}
	cases := map[string]network{}
	mlp := potential.MLP{Width: 8, Depth: 2}
	cases["two hidden layers with Fourier features"] = network{potential.MLP{Width: 8, Depth: 2, Frequencies: 2}, []int{3}}
	cases["autonomous"] = network{potential.Autonomous(mlp), []int{3}}
	for name := range potential.List.All() {
		p := small(t, name)
		shape := takes(t, p)
		cases[name], cases[name+" on gaussian"] = network{p, shape}, network{base(p, shape), shape}
	}
	return cases
}

// small is a potential by name, narrow and shallow where it can be.
func small(t *testing.T, name string) potential.Potential {
	t.Helper()
	size := map[string]int{"width": 4, "depth": 1}
	for key := range size {
		if !potential.List.Takes(name, key) {
			size[key] = 0
		}
	}
	p, err := potential.New(name, size["width"], size["depth"], nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// takes is a shape of examples that p takes: of points, or of images.
func takes(t *testing.T, p potential.Potential) []int {
	t.Helper()
	shaped, ok := p.(potential.Shaped)
	for _, shape := range [][]int{{3}, {8, 8, 3}} {
		if !ok || shaped.Accepts(shape) == nil {
			return shape
		}
	}
	t.Fatalf("%+v takes neither points [3] nor images [8, 8, 3]", p)
	return nil
}

// Every network that can be named, alone and wrapped, passes the suite on every backend: the gate for every version of GoMLX.
func TestNetworks(t *testing.T) {
	for name, n := range networks(t) {
		t.Run(name, func(t *testing.T) { potentialtest.Run(t, n.p, n.shape) })
	}
}

func ExampleMLP() {
	phi, err := model.CallOnce(backendHost(), model.NewStore(), func(scope *model.Scope, x, s *graph.Node) *graph.Node {
		return potential.MLP{Width: 64}.Value(scope, x, s)
	}, [][]float32{{0, 0}, {1, 2}}, []float32{0, 0.5})
	fmt.Println(phi.Shape(), err)
	// Output: (Float32)[2] <nil>
}
