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

// networks are every network, alone and wrapped, with a batch they take.
func networks(t *testing.T) map[string]struct {
	p     potential.Potential
	shape []int
} {
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
	points, image := []int{3}, []int{8, 8, 3}
	mlp, resnet := potential.MLP{Width: 8, Depth: 2}, potential.ResNet{Width: 4, Blocks: 1}
	return map[string]struct {
		p     potential.Potential
		shape []int
	}{
		"mlp":                {mlp, points},
		"mlp autonomous":     {potential.Autonomous(mlp), points},
		"mlp on gaussian":    {base(mlp, points), points},
		"resnet":             {resnet, image},
		"resnet on gaussian": {base(resnet, image), image},
	}
}

// Every network, alone and wrapped, passes the suite on every backend: the gate for every network and every version of GoMLX.
func TestNetworks(t *testing.T) {
	for name, network := range networks(t) {
		t.Run(name, func(t *testing.T) { potentialtest.Run(t, network.p, network.shape) })
	}
}

func ExampleMLP() {
	phi, err := model.CallOnce(backendHost(), model.NewStore(), func(scope *model.Scope, x, s *graph.Node) *graph.Node {
		return potential.MLP{Width: 64}.Value(scope, x, s)
	}, [][]float32{{0, 0}, {1, 2}}, []float32{0, 0.5})
	fmt.Println(phi.Shape(), err)
	// Output: (Float32)[2] <nil>
}
