package density_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/density"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

// The exact potential carries the exact density, at the end and on the way, on every path.
func TestFlowOfTheOracle(t *testing.T) {
	dopri5 := solver.Adaptive{RTol: 1e-8, ATol: 1e-8}
	for _, c := range []struct {
		name string
		data mixture.Mixture
		path string
		s    float64
		with solver.Solver
	}{
		{"gauss2", mixture.Gauss2(), "posterior", 1, tight},
		{"gauss2", mixture.Gauss2(), "linear", 0.4, dopri5},
		{"ring8", mixture.Ring8(), "posterior", 1, tight},
		{"ring8", mixture.Ring8(), "straight", 1, tight},
		{"ring8", mixture.Ring8(), "posterior", 0.6, dopri5},
		{"gauss16", mixture.Gauss16(), "posterior", 1, tight},
	} {
		t.Run(fmt.Sprintf("%s/%s/s=%g", c.name, c.path, c.s), func(t *testing.T) {
			path, err := homotopy.New(c.path, 1, 0.01, nil)
			if err != nil {
				t.Fatal(err)
			}
			x := c.data.SamplePath(coefficients(t, path, c.s), 20, 1)
			want, err := mixture.Optimal{Mixture: c.data, Homotopy: path}.Evaluate(backend.Host(), x, c.s)
			if err != nil {
				t.Fatal(err)
			}
			got, err := density.LogDensity(t.Context(), oracle(c.data, path), c.with, tensors.FromValue(x), c.s, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got.StdErr != nil {
				t.Error("the exact divergence has no standard error")
			}
			t.Logf("largest error %.1e nats, %d evaluations", near(t, "log-density", got.Value, want.LogDensity, 1e-5), got.NFE)
		})
	}
}

// Whatever the potential, its flow conserves mass: the density integrates to one. The grid's sum is as good as exact for a
// smooth density that vanishes at its edge.
func TestFlowIntegratesToOne(t *testing.T) {
	path := posterior(t)
	pair, err := mixture.New([]float64{0.7, 0.3}, [][]float64{{0.8, -0.5}, {-0.6, 0.7}}, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	perturbed := plus{mixture.Optimal{Mixture: pair, Homotopy: path}, potential.MLP{Width: 16, Depth: 2}, 0.5}
	flow := network(t, path, perturbed, 2)
	const side, half = 24, 3.0
	const step = 2 * half / side
	var grid [][]float64
	for i := range side {
		for j := range side {
			grid = append(grid, []float64{(float64(i)+0.5)*step - half, (float64(j)+0.5)*step - half})
		}
	}
	with := solver.Adaptive{RTol: 1e-5, ATol: 1e-6}
	got, err := density.LogDensity(t.Context(), flow, with, tensors.FromValue(grid), 1, density.Exact{})
	if err != nil {
		t.Fatal(err)
	}
	exact, err := mixture.Optimal{Mixture: pair, Homotopy: path}.Evaluate(backend.Host(), grid, 1)
	if err != nil {
		t.Fatal(err)
	}
	mass, change := 0.0, 0.0
	for i, v := range got.Value {
		mass += math.Exp(v) * step * step
		change += math.Abs(math.Exp(v)-math.Exp(exact.LogDensity[i])) * step * step
	}
	t.Logf("mass 1 + %.1e, L1 distance from the oracle's density %.2f, %d evaluations", mass-1, change, got.NFE)
	if math.Abs(mass-1) > 1e-3 {
		t.Errorf("the density integrates to %.6f", mass)
	}
	if change < 0.1 {
		t.Errorf("the network hardly changes the density (%.3f): the test proves nothing", change)
	}
}

// At s = 0 the flow is the prior. In float32 it is the same as in float64, to its precision, with the same weights.
func TestFlowPrecision(t *testing.T) {
	flow := network(t, posterior(t), plus{nil, potential.MLP{Width: 16, Depth: 2}, 1}, 2, 3)
	x := flat(normal(5, 6))
	wide := tensors.FromFlatDataAndDimensions(x, 5, 2, 3)
	narrow := make([]float32, len(x))
	for i := range x {
		narrow[i] = float32(x[i])
	}
	at := func(x *tensors.Tensor, s float64) []float64 {
		with := solver.Fixed{Steps: 20}
		out, err := density.LogDensity(t.Context(), flow, with, x, s, nil)
		if err != nil {
			t.Fatal(err)
		}
		return out.Value
	}
	want := make([]float64, 5)
	for i := range want {
		for _, v := range x[i*6:][:6] {
			want[i] -= v*v/2 + math.Log(2*math.Pi)/2
		}
	}
	near(t, "prior", at(wide, 0), want, 1e-12)
	exact := at(wide, 1)
	short := tensors.FromFlatDataAndDimensions(narrow, 5, 2, 3)
	if short.DType() != dtypes.Float32 {
		t.Fatal(short.DType())
	}
	if most := near(t, "float32", at(short, 1), exact, 1e-4); most == 0 {
		t.Error("float64 points were computed in float32")
	}
}
