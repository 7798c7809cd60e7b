package baseline_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/experiments/baseline"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

const (
	curvature = 2.0
	steps     = 4
	stepSize  = 0.5
	batch     = 64
)

// gradient is the mean of the loss of Φ = −½ a‖x‖² and its derivative in a.
func gradient(t *testing.T, c baseline.ContrastiveDivergence, data, noise [][]float32) (value, slope float64) {
	t.Helper()
	out, err := model.CallOnceN(backend.Host(), model.NewStore(), func(scope *model.Scope, data, noise *graph.Node) []*graph.Node {
		s := graph.MulScalar(graph.ReduceSum(graph.OnesLike(data), 1), 0.25)
		p := homotopy.Draw(straight(t), data, noise, s)
		value := graph.ReduceAllMean(c.Value(p, potential.Evaluator(scope, bowl(curvature))))
		return []*graph.Node{value, scope.BuildTrainableVariablesGradientsGraph(value)[0]}
	}, data, noise)
	if err != nil {
		t.Fatal(err)
	}
	return float64(out[0].Value().(float32)), float64(out[1].Value().(float32))
}

// negatives runs the chains again on the host, in float64, and gives E‖x⁻‖² and its derivative in a.
func negatives(start, noise [][]float32) (square, slope float64) {
	keep := 1 - stepSize*stepSize*curvature/2
	for i := range start {
		for j := range start[i] {
			x, dx := float64(start[i][j]), 0.0
			for k := range steps {
				dx = keep*dx - stepSize*stepSize/2*x
				x = keep*x + stepSize*float64(noise[(i+k+1)%batch][j])
			}
			square += x * x / batch
			slope += 2 * x * dx / batch
		}
	}
	return square, slope
}

func meanSquare(x [][]float32, power float64) (mean float64) {
	for _, row := range x {
		square := float64(row[0]*row[0] + row[1]*row[1])
		mean += math.Pow(square, power) / batch
	}
	return mean
}

func normals(n int, scale float64, seed uint64) [][]float32 {
	r := rand.New(rand.NewPCG(seed, 0))
	x := make([][]float32, n)
	for i := range x {
		x[i] = []float32{float32(scale * r.NormFloat64()), float32(scale * r.NormFloat64())}
	}
	return x
}

// For Φ = −½ a‖x‖² the derivative of the loss in a is ½(E_data‖x‖² − E‖x⁻‖²), minus that of the log-likelihood, with the
// negatives held. Were a gradient to flow through the chain, −½ a dE‖x⁻‖²/da would join it, which is far from small.
func TestGradientIsTheDifferenceOfMoments(t *testing.T) {
	data, noise := normals(batch, 1.5, 1), normals(batch, 1, 2)
	chain := baseline.Langevin{Steps: steps, StepSize: stepSize}
	for name, c := range map[string]struct {
		loss  baseline.ContrastiveDivergence
		start [][]float32
	}{
		"from noise": {baseline.ContrastiveDivergence{Langevin: chain}, noise},
		"from data":  {baseline.ContrastiveDivergence{Langevin: chain, FromData: true}, data},
	} {
		value, slope := gradient(t, c.loss, data, noise)
		square, leak := negatives(c.start, noise)
		want := (meanSquare(data, 1) - square) / 2
		near(t, slope, want, 1e-4, "%s: dL/da", name)
		near(t, value, curvature*want, 1e-4, "%s: L", name)
		if math.Abs(curvature*leak/2) < 0.05 {
			t.Errorf("%s: the test cannot see a leak of %g", name, curvature*leak/2)
		}
	}
}

// The regulariser adds α E[E²] over the data and the negatives, here with ω = 2 and nothing else new.
func TestEnergyL2AndOmega(t *testing.T) {
	data, noise := normals(batch, 1, 3), normals(batch, 1, 4)
	c := baseline.ContrastiveDivergence{Langevin: baseline.Langevin{Steps: steps, StepSize: stepSize}, Omega: 2}
	plain, _ := gradient(t, c, data, noise)
	wide := make([][]float32, batch)
	for i, z := range noise {
		wide[i] = []float32{2 * z[0], 2 * z[1]}
	}
	square, _ := negatives(wide, noise)
	near(t, plain, curvature*(meanSquare(data, 1)-square)/2, 1e-4, "L from N(0, 4 I)")

	c.EnergyL2 = 0.1
	one, _ := gradient(t, c, data, noise)
	c.EnergyL2 = 0.2
	two, _ := gradient(t, c, data, noise)
	near(t, two-one, one-plain, 1e-3, "the regulariser is linear in α")
	if least := 0.1 * meanSquare(data, 2) * curvature * curvature / 4; !(one-plain > least) {
		t.Errorf("the regulariser is %g, the data alone give %g", one-plain, least)
	}
}

// Noise cannot be rolled further than the batch is long.
func TestMoreStepsThanTheBatchIsAnError(t *testing.T) {
	c := baseline.ContrastiveDivergence{Langevin: baseline.Langevin{Steps: batch}}
	_, err := model.CallOnceN(backend.Host(), model.NewStore(), func(scope *model.Scope, data *graph.Node) []*graph.Node {
		p := homotopy.Draw(straight(t), data, data, graph.ReduceSum(graph.ZerosLike(data), 1))
		return []*graph.Node{c.Value(p, potential.Evaluator(scope, bowl(1)))}
	}, normals(batch, 1, 1))
	if err == nil || !strings.Contains(err.Error(), "64 Langevin steps need a batch of more than that, got 64") {
		t.Errorf("got %v", err)
	}
}
