package vapo_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/loss"
)

// A training that begins at another's weights does so: at a rate of nearly nothing it ends where the other ended.
func TestTrainingBeginsAtOthersWeights(t *testing.T) {
	c, data, dir := small(), open(t, small()), t.TempDir()
	first, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	start, taken, of, err := first.StartFrom(first.Store)
	if err != nil || taken != of || of == 0 {
		t.Fatalf("of its own weights a model takes %d of %d: %v", taken, of, err)
	}
	again := c
	again.LearningRate, again.Seed = 1e-12, 7
	if again.Init, err = vapo.WeightsSHA256(start); err != nil {
		t.Fatal(err)
	}
	second, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, again, data, vapo.Run{Init: start})
	if err != nil {
		t.Fatal(err)
	}
	if far := distance(t, first.Store, second.Store); far > 1e-6 {
		t.Errorf("trained at a rate of 1e-12 from the first's weights, the second ends %g away", far)
	}
	if _, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), again, data, vapo.Run{}); err == nil ||
		!strings.Contains(err.Error(), "give both or none") {
		t.Errorf("weights that are named and not given: %v", err)
	}

	wider := c
	wider.Width *= 2
	m, err := wider.Model(backend.Host(), []int{2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, taken, of, err := m.StartFrom(first.Store); err != nil || taken == 0 || taken >= of {
		t.Errorf("a network of twice the width takes %d of %d (%v), want a part: the readout's bias", taken, of, err)
	}
	if _, _, _, err := m.StartFrom(model.NewStore()); err == nil || !strings.Contains(err.Error(), "none of the weights") {
		t.Errorf("weights of which none fits: %v", err)
	}
}

// A checkpoint gives the moving average of an unfinished training as weights to begin at.
func TestCheckpointGivesItsAverage(t *testing.T) {
	c, data, dir := small(), open(t, small()), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	var want *model.Store
	_, err := vapo.TrainOrLoad(ctx, backend.Host(), dir, c, data, vapo.Run{Observe: func(p vapo.Progress) {
		if p.Step == 9 {
			want, _ = p.Weights()
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || want == nil {
		t.Fatal(err)
	}
	got, err := vapo.LoadWeights(filepath.Join(dir, c.Key(data), "checkpoint.npz"))
	if err != nil {
		t.Fatal(err)
	}
	if far := distance(t, want, got); far != 0 {
		t.Errorf("the checkpoint's weights are %g from the average", far)
	}
	if _, err := vapo.LoadWeights(filepath.Join(dir, "none.npz")); err == nil {
		t.Error("weights of a file that is not there")
	}
}

// Weights saved in float16 come back in float32, each within 2⁻¹¹ of what it was.
func TestHalfPrecisionIsRounding(t *testing.T) {
	c, data, dir := small(), open(t, small()), t.TempDir()
	c.Base = "gaussian"
	m, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	half := filepath.Join(dir, "half")
	if err := m.SaveHalf(half); err != nil {
		t.Fatal(err)
	}
	back, err := vapo.Load(backend.Host(), half)
	if err != nil {
		t.Fatal(err)
	}
	each(t, m.Store, back.Store, func(path string, a, b float32) {
		limit := math.Abs(float64(a))/2048 + 1e-7
		if strings.Contains(path, "/gaussian/") {
			limit = 0
		}
		if off := math.Abs(float64(a) - float64(b)); off > limit {
			t.Errorf("%s: %g came back as %g", path, a, b)
		}
	})
}

func distance(t *testing.T, a, b *model.Store) (far float64) {
	each(t, a, b, func(_ string, x, y float32) { far = max(far, math.Abs(float64(x)-float64(y))) })
	return far
}

// each visits the values of two stores of the same variables.
func each(t *testing.T, a, b *model.Store, visit func(path string, x, y float32)) {
	t.Helper()
	for v := range a.IterVariables() {
		w := b.GetVariable(v.Path())
		if w == nil {
			t.Fatalf("%s is not in the other store", v.Path())
		}
		if !strings.HasPrefix(v.Path(), "/potential/") {
			continue
		}
		x, y := tensors.MustCopyFlatData[float32](v.MustValue()), tensors.MustCopyFlatData[float32](w.MustValue())
		for i := range x {
			visit(v.Path(), x[i], y[i])
		}
	}
}

// What a training cannot use is told before anything is built; any number of batch shapes can be evaluated; a sampler needs a
// batch.
func TestMisuseIsToldEarly(t *testing.T) {
	c, data := small(), open(t, small())
	m, err := c.Model(backend.Host(), []int{2}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for want, change := range map[string]func(*vapo.Training){
		"ema must":           func(t *vapo.Training) { t.EMA = 2 },
		"clip must":          func(t *vapo.Training) { t.Clip = math.NaN() },
		"learning_rate must": func(t *vapo.Training) { t.LearningRate = -1 },
	} {
		training := c.Training
		change(&training)
		if err := vapo.Train(t.Context(), m, loss.Alignment{}, data, training, vapo.Run{}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
	if err := vapo.Train(t.Context(), m, loss.Alignment{}, data, c.Training, vapo.Run{}); err != nil {
		t.Fatal(err)
	}
}
