package vapo_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/optimizer"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

// small is a training that takes about a second on pure Go.
func small() vapo.Config {
	c := vapo.DefaultConfig()
	c.Data, c.Width, c.Depth = "gauss2", 16, 2
	c.Steps, c.Batch, c.Warmup = 40, 32, 5
	return c
}

func open(t testing.TB, c vapo.Config) dataset.Dataset {
	t.Helper()
	data, err := c.Open("", "train")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func weights(t *testing.T, m *vapo.Model) string {
	t.Helper()
	hash, err := vapo.WeightsSHA256(m.Store)
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// A training that is interrupted and resumed gives the weights of one that was not, bit for bit,
// with the optimizer's moments, the moving average and the data order among what must survive.
func TestResumeIsBitForBit(t *testing.T) {
	for _, name := range optimizer.List.Names() {
		t.Run(name, func(t *testing.T) { resumesBitForBit(t, name) })
	}
}

func resumesBitForBit(t *testing.T, name string) {
	c, data := small(), open(t, small())
	c.Optimizer = name
	whole, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, data, vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}

	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err = vapo.TrainOrLoad(ctx, backend.Host(), dir, c, data, vapo.Run{Observe: func(p vapo.Progress) {
		if p.Step == 17 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "step 17") {
		t.Fatalf("interrupted training returned %v", err)
	}
	first := 0
	resumed, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{Resume: true, Observe: func(p vapo.Progress) {
		if first == 0 {
			first = p.Step
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if first != 18 {
		t.Errorf("resumed at step %d, want 18", first)
	}
	if a, b := weights(t, whole), weights(t, resumed); a != b {
		t.Errorf("weights of the resumed training %s differ from those of the whole one %s", b, a)
	}
	log, err := resumed.Log()
	if err != nil || log[len(log)-1].Step != c.Steps {
		t.Errorf("log after resuming: %v, %v", log, err)
	}
	for i := 1; i < len(log); i++ {
		if log[i].Step <= log[i-1].Step || log[i].Seconds < log[i-1].Seconds {
			t.Errorf("the log goes back at line %d: %+v after %+v", i, log[i], log[i-1])
		}
	}
}

// Stopped before its first step, a training still knows its seed.
func TestResumeFromNothing(t *testing.T) {
	c, data := small(), open(t, small())
	whole, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, data, vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := vapo.TrainOrLoad(ctx, backend.Host(), dir, c, data, vapo.Run{}); !errors.Is(err, context.Canceled) {
		t.Fatalf("a cancelled training returned %v", err)
	}
	resumed, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{Resume: true})
	if err != nil {
		t.Fatal(err)
	}
	if a, b := weights(t, whole), weights(t, resumed); a != b {
		t.Errorf("weights of the resumed training %s differ from those of the whole one %s", b, a)
	}
}

func TestTrainOrLoadTrainsOnce(t *testing.T) {
	c, data, dir := small(), open(t, small()), t.TempDir()
	trained, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{Observe: func(vapo.Progress) { t.Fatal("trained twice") }})
	if err != nil {
		t.Fatal(err)
	}
	if trained.Loaded || !loaded.Loaded || weights(t, trained) != weights(t, loaded) {
		t.Errorf("loaded %v then %v, weights equal: %v", trained.Loaded, loaded.Loaded, weights(t, trained) == weights(t, loaded))
	}
	// Any change of what is trained is another entry.
	other := c
	other.Seed++
	if c.Key(data) == other.Key(data) {
		t.Error("another seed has the same key")
	}
	// An entry without its weights is not used.
	if err := os.Remove(filepath.Join(trained.Dir, "weights.npz")); err != nil {
		t.Fatal(err)
	}
	again, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{})
	if err != nil || again.Loaded {
		t.Errorf("half an entry was used: loaded %v, %v", again.Loaded, err)
	}
}

// A saved model on a Gaussian base needs no data to be loaded.
func TestLoadedGaussianBaseEvaluatesTheSame(t *testing.T) {
	c := small()
	c.Base = "gaussian"
	m, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, open(t, c), vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := vapo.Load(backend.Host(), m.Dir)
	if err != nil {
		t.Fatal(err)
	}
	x := tensors.FromValue([][]float32{{0.3, -0.4}, {1, 2}})
	_, a, err := m.Evaluate(x, 0.6)
	if err != nil {
		t.Fatal(err)
	}
	_, b, err := loaded.Evaluate(x, 0.6)
	if err != nil {
		t.Fatal(err)
	}
	if !a.Equal(b) {
		t.Errorf("∇Φ is %v trained and %v loaded", a, b)
	}
}

func TestDivergenceNamesTheStep(t *testing.T) {
	c := small()
	c.LearningRate, c.Clip = 1e30, 0
	_, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, open(t, c), vapo.Run{})
	if err == nil || !strings.Contains(err.Error(), "diverged") || !strings.Contains(err.Error(), "at step") {
		t.Errorf("training at learning rate 1e30 returned %v", err)
	}
}

func TestConfigErrorsNameTheValue(t *testing.T) {
	for want, change := range map[string]func(*vapo.Config){
		`"cubic"`: func(c *vapo.Config) { c.Homotopy = "cubic" },
		`"l2"`:    func(c *vapo.Config) { c.Loss = "l2" },
		`"unet"`:  func(c *vapo.Config) { c.Potential = "unet" },
		"-1":      func(c *vapo.Config) { c.Sigma = -1 },
		"NaN":     func(c *vapo.Config) { c.LearningRate = math.NaN() },
		"1.5":     func(c *vapo.Config) { c.EMA = 1.5 },
		`"often"`: func(c *vapo.Config) { c.Times = "often" },
	} {
		c := small()
		change(&c)
		if err := c.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that names %s, got %v", want, err)
		}
	}
	if _, err := small().Model(backend.Host(), []int{32, 32, 3}, nil); err == nil {
		t.Error("an MLP accepted images")
	}
	images := small()
	images.Potential = "resnet"
	if _, err := images.Model(backend.Host(), []int{28, 28, 1}, nil); err == nil || !strings.Contains(err.Error(), "28×28") {
		t.Errorf("a ResNet took 28×28 images: %v", err)
	}
	byHand := &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Store: model.NewStore()}}
	if err := byHand.Save(t.TempDir()); err == nil {
		t.Error("a model without configuration was saved, and could not be loaded")
	}
}

// Compose the pieces by hand, train for a moment and draw samples.
func ExampleTrain() {
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	data, _ := dataset.Open("gauss2", dataset.Options{})
	m := &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: potential.MLP{Width: 32}, Shape: []int{2}}}
	training := vapo.DefaultTraining()
	training.Steps, training.Batch = 50, 64
	if err := vapo.Train(context.Background(), m, loss.Alignment{}, data, training, vapo.Run{}); err != nil {
		fmt.Println(err)
		return
	}
	samples, err := m.Sample(context.Background(), solver.Fixed{Tableau: solver.RK4, Steps: 10}, 1, 0, 100)
	fmt.Println(samples.State[0].Shape(), samples.NFE, err)
	// Output: (Float32)[100, 2] 40 <nil>
}
