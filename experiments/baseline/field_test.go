package baseline_test

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/baseline"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// curl is the largest |∂u₂/∂x₁ − ∂u₁/∂x₂| over a few points, by central differences.
func curl(t *testing.T, m *vapo.Model) float64 {
	t.Helper()
	const h = 0.02
	largest := 0.0
	for _, p := range [][2]float32{{0.3, -0.4}, {1, 1}, {-1.5, 0.2}, {0, 2}} {
		x, y := p[0], p[1]
		_, u, err := m.Evaluate(tensors.FromValue([][]float32{{x + h, y}, {x - h, y}, {x, y + h}, {x, y - h}}), 0.5)
		if err != nil {
			t.Fatal(err)
		}
		v := u.Value().([][]float32)
		largest = max(largest, math.Abs(float64(v[0][1]-v[1][1]-v[2][0]+v[3][0])/(2*h)))
	}
	return largest
}

// What the two methods differ in: a field of its own turns, a gradient does not.
func TestOnlyTheVectorFieldTurns(t *testing.T) {
	mlp := potential.MLP{Width: 16, Depth: 2}
	if c := curl(t, untrained(t, mlp)); c > 1e-3 {
		t.Errorf("∇Φ has curl %g", c)
	}
	if c := curl(t, untrained(t, baseline.VectorField{MLP: mlp})); c < 0.02 {
		t.Errorf("the vector field has curl %g only", c)
	}
}

// Flow matching in the same loop: the excess over the exact field falls, with one network of two outputs in the store.
func TestVectorFieldLearns(t *testing.T) {
	const width = 16
	m := untrained(t, baseline.VectorField{MLP: potential.MLP{Width: width, Depth: 2}})
	excess := func() float64 {
		report, err := mixture.Excess(t.Context(), &m.Flow, mixture.Gauss2(), 1000, 1)
		if err != nil {
			t.Fatal(err)
		}
		return report.Overall
	}
	before := excess()
	data, err := dataset.Open("gauss2", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	training := vapo.DefaultTraining()
	training.Steps, training.Batch, training.LearningRate, training.EMA = 300, 64, 1e-2, 0.9
	if err := vapo.Train(t.Context(), m, loss.Alignment{}, data, training, vapo.Run{}); err != nil {
		t.Fatal(err)
	}
	if after := excess(); !(before > 0.5 && after < 0.1) {
		t.Errorf("relative excess %g before and %g after training", before, after)
	}
	weights := 0
	for v := range m.Store.IterVariables() {
		weights += v.Shape().Size()
	}
	const features = 2 + 9 // x and the embedded clock
	if want := (features+1)*width + (width+1)*width + (width+1)*2; weights != want {
		t.Errorf("the store holds %d weights, one network of two outputs has %d", weights, want)
	}
}
