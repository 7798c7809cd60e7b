package vapo_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/layers"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

// own is a potential of one's own, whose layers draw their weights as GoMLX does by itself.
type own struct{}

func (own) Value(scope *model.Scope, x, s *graph.Node) *graph.Node {
	h := graph.Concatenate([]*graph.Node{x, potential.EmbedClock(s)}, -1)
	h = graph.Tanh(layers.DenseWithBias(scope.In("hidden"), h, 16))
	return graph.Reshape(layers.DenseWithBias(scope.In("readout"), h, 1), x.Shape().Dim(0))
}

// One seed trains one potential on every backend: it begins at the same weights, and sums in another order are all that differs.
func TestBackendsTrainTheSamePotential(t *testing.T) {
	backends := backendtest.All(t)
	if len(backends) == 1 {
		t.Skip("one backend has nothing to differ from")
	}
	points, images := open(t, small()), drawnImages(t)
	for name, c := range map[string]struct {
		p     potential.Potential
		data  dataset.Dataset
		steps int
	}{
		"mlp": {potential.MLP{Width: 64}, points, 300}, "one's own": {own{}, points, 300}, "resnet": {potential.ResNet{Width: 8}, images, 10},
	} {
		t.Run(name, func(t *testing.T) {
			var fields [][]float32
			for _, b := range backends {
				fields = append(fields, trainedField(t, b, c.p, c.data, c.steps))
			}
			// Measured: 2e-7 to 4e-7 of the field after these steps. Other first weights differ by its size.
			if difference := relative(fields[0], fields[1]); !(difference < 1e-5) {
				t.Errorf("after %d steps ∇Φ differs by %.2g of itself between %s and %s, want 1e-5 at most",
					c.steps, difference, backends[0].Name(), backends[1].Name())
			} else {
				t.Logf("after %d steps ∇Φ differs by %.2g of itself", c.steps, difference)
			}
		})
	}
}

func drawnImages(t *testing.T) dataset.Dataset {
	t.Helper()
	data, err := dataset.Open("drawn", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// trainedField trains p and gives ∇Φ of 16 examples at s = 0.7, flat.
func trainedField(t *testing.T, b compute.Backend, p potential.Potential, data dataset.Dataset, steps int) []float32 {
	t.Helper()
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	m := &vapo.Model{Flow: flow.Flow{Backend: b, Homotopy: path, Potential: p, Shape: data.Info().Shape}}
	training := vapo.DefaultTraining()
	training.Steps, training.Batch, training.Seed = steps, 16, 7
	if err := vapo.Train(context.Background(), m, loss.Alignment{}, data, training, vapo.Run{}); err != nil {
		t.Fatal(err)
	}
	x := tensors.FromShape(shapes.Make(dtypes.Float32, append([]int{16}, m.Shape...)...))
	tensors.MustMutableFlatData(x, func(flat []float32) {
		for i := range flat {
			flat[i] = float32(math.Sin(float64(3 * i)))
		}
	})
	_, grad, err := m.Evaluate(x, 0.7)
	if err != nil {
		t.Fatal(err)
	}
	return tensors.MustCopyFlatData[float32](grad)
}

// relative is ‖a − b‖/‖b‖.
func relative(a, b []float32) float64 {
	var difference, size float64
	for i := range a {
		d := float64(a[i] - b[i])
		difference, size = difference+d*d, size+float64(b[i])*float64(b[i])
	}
	return math.Sqrt(difference / size)
}

// A training that is resumed on another backend says so, and its model names both.
func TestResumedOnAnotherBackend(t *testing.T) {
	backends := backendtest.All(t)
	if len(backends) == 1 {
		t.Skip("there is no other backend")
	}
	c, data, dir, said := small(), open(t, small()), t.TempDir(), ""
	ctx, cancel := context.WithCancel(t.Context())
	_, err := vapo.TrainOrLoad(ctx, backends[0], dir, c, data, vapo.Run{Observe: func(p vapo.Progress) {
		if p.Step == 7 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	m, err := vapo.TrainOrLoad(t.Context(), backends[1], dir, c, data, vapo.Run{Resume: true, Say: func(line string) { said += line }})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"go", backend.NameOf(backends[1])}
	if !slices.Equal(m.Backends(), want) || !strings.Contains(said, "resumed on backend "+want[1]+" at step 7 of a training begun on go") || !strings.HasPrefix(want[1], "xla:") {
		t.Errorf("trained on %q, said %q", m.Backends(), said)
	}
	loaded, err := vapo.Load(backends[0], m.Dir)
	if err != nil || !slices.Equal(loaded.Backends(), want) {
		t.Errorf("loaded: %v", err)
	}
}
