package vapo_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

// Four devices train what one trains: with losses of each example and of the batch as a whole, points and images, Adam and Muon.
func TestDevicesTrainWhatOneTrains(t *testing.T) {
	four, one := backendtest.Four(t)
	points, images := open(t, small()), drawnImages(t)
	training := small().Training
	training.Steps, training.Batch = 50, 16
	muon := training
	muon.Optimizer = "muon"
	short := training
	short.Steps, short.Batch = 5, 4
	for name, c := range map[string]struct {
		potential potential.Potential
		loss      loss.Loss
		training  vapo.Training
	}{
		"points": {potential.MLP{Width: 16, Depth: 2}, loss.Averaged{}, muon},
		"images": {potential.ResNet{Width: 8}, loss.Alignment{}, short},
	} {
		t.Run(name, func(t *testing.T) {
			data := points
			if name == "images" {
				data = images
			}
			var losses [2][]float64
			for i, b := range []*flow.Flow{{Backend: one}, {Backend: four}} {
				m := &vapo.Model{Flow: flow.Flow{Backend: b.Backend, Homotopy: homotopy.Posterior{Omega: 1, Sigma: 0.1}, Potential: c.potential, Shape: data.Info().Shape}}
				if err := vapo.Train(t.Context(), m, c.loss, data, c.training, vapo.Run{Observe: func(p vapo.Progress) { losses[i] = append(losses[i], p.Loss) }}); err != nil {
					t.Fatal(err)
				}
			}
			for i, alone := range losses[0] { // measured: 2e-7 at most
				if shared := losses[1][i]; !(math.Abs(shared-alone) < 1e-5*math.Abs(alone)) {
					t.Errorf("step %d: loss %.9g on one device, %.9g on four", i+1, alone, shared)
				}
			}
		})
	}
}

// A training on four devices is stopped, resumed there, and has the weights of one that was not; its entry is that of one device,
// which goes on with it and says so.
func TestDevicesResume(t *testing.T) {
	four, one := backendtest.Four(t)
	c, data := small(), open(t, small())
	whole, err := vapo.TrainOrLoad(t.Context(), four, t.TempDir(), c, data, vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	stopped := func() (dir string) {
		dir = t.TempDir()
		ctx, cancel := context.WithCancel(t.Context())
		_, err := vapo.TrainOrLoad(ctx, four, dir, c, data, vapo.Run{Observe: func(p vapo.Progress) {
			if p.Step == 17 {
				cancel()
			}
		}})
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		return dir
	}
	dir := stopped()
	resumed, err := vapo.TrainOrLoad(t.Context(), four, dir, c, data, vapo.Run{Resume: true})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := weights(t, whole), weights(t, resumed); a != b {
		t.Errorf("weights of the resumed training %s differ from those of the whole one %s", b, a)
	}
	if loaded, err := vapo.TrainOrLoad(t.Context(), one, dir, c, data, vapo.Run{}); err != nil || !loaded.Loaded {
		t.Errorf("one device does not load what four trained: %v", err)
	}
	var said string
	mixed, err := vapo.TrainOrLoad(t.Context(), one, stopped(), c, data, vapo.Run{Resume: true, Say: func(line string) { said = line }})
	if err != nil {
		t.Fatal(err)
	}
	if name := backend.NameOf(one); !slices.Equal(mixed.Backends(), []string{name + "×4", name}) ||
		!strings.Contains(said, "×4") {
		t.Errorf("trained on %v; said %q", mixed.Backends(), said)
	}
	c.Batch = 30
	if _, err := vapo.TrainOrLoad(t.Context(), four, t.TempDir(), c, data, vapo.Run{}); err == nil ||
		!strings.Contains(err.Error(), "multiple of 4") {
		t.Errorf("a batch of 30 on four devices: %v", err)
	}
}
