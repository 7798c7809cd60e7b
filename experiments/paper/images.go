package paper

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/internal/npz"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/pretrained"
)

// imageSettings are those of a ResNet on a set of images, drawing n samples at the presets smoke, quick, cpu and paper. All elements
// on one set use one model: that which ships, where there is one, else one that they train.
func imageSettings(data string, n [4]int) func(preset, recipe string) Settings {
	return func(preset, recipe string) Settings {
		s := Settings{Config: vapo.DefaultConfig(), Model: train, Solver: "bosh3", RTol: 1e-3, ATol: 1e-3, ScoreS: 0.5}
		s.Data, s.Homotopy, s.Potential, s.Base = data, "straight", "resnet", "gaussian"
		s.Steps, s.Batch, s.Warmup, s.Samples = 20_000, 16, 500, n[1]
		if slices.Contains(pretrained.Names(), data) && preset != "smoke" && recipe == "best" {
			s.Model = pretrained.Prefix + data
		}
		large := data == "celeba" // four times the pixels
		if large {
			s.Batch = 8
		}
		switch preset {
		case "smoke":
			s.Steps, s.Warmup, s.Width, s.Depth, s.Samples = 12, 2, 8, 1, n[0]
			s.RTol, s.ATol = 1e-2, 1e-2
		case "quick":
			s.Steps, s.Warmup = 1000, 50
			s.RTol, s.ATol = 1e-2, 1e-2
		case "cpu":
			s.Samples = n[2]
		case "paper":
			s.Steps, s.Batch, s.Width, s.Depth, s.Samples = 300_000, 128, 128, 3, n[3]
			s.LearningRate, s.Warmup, s.EMA, s.Flip = 2e-4, 5000, 0.9999, true
			if large {
				s.Batch = 64
			}
		}
		if recipe == "paper" {
			s.Homotopy, s.Loss, s.Base, s.Autonomous = "posterior", "variance-reduced", "none", true
		}
		return s
	}
}

// imageClaim is the standing of an element of the paper on the set that it names.
func imageClaim(data string, claim string) func(string, Settings) string {
	return func(_ string, s Settings) string {
		if s.Data != data {
			return "not the paper's data"
		}
		return claim
	}
}

// trainImages trains the work's model, or loads it, on data that must be RGB images.
func (w *work) trainImages(ctx context.Context) (*vapo.Model, error) {
	if w.model != nil {
		return w.useShipped()
	}
	if info := w.data.Info(); !info.IsImage() || info.Shape[2] != 3 {
		return nil, fmt.Errorf("%s needs RGB images [height, width, 3], and %s has examples of shape %v", w.run.Element, info.Name, info.Shape)
	}
	return w.train(ctx)
}

// useShipped puts the model that ships on record.
func (w *work) useShipped() (m *vapo.Model, err error) {
	w.say("%s: the weights are those that ship, %s; --train trains one's own", w.run.Element, w.Model)
	w.run.Note("The weights are those that ship with the program, %s, not trained in this run: their card tells how they were.", w.Model)
	w.run.Results["parameters"] = float64(parameters(w.model))
	w.run.WeightsSHA256, err = vapo.WeightsSHA256(w.model.Store)
	return w.model, err
}

// modelDir is the model's folder in the cache, where samples drawn from it are kept.
func (w *work) modelDir() string {
	if w.shipped() {
		return filepath.Join(ModelsDir(w.Out), strings.ReplaceAll(w.Model, ":", "-"))
	}
	return filepath.Join(ModelsDir(w.Out), w.Key(w.data))
}

// heldOutExamples is how many examples of the test split a preset is measured on.
func heldOutExamples(preset string) int {
	if preset == "smoke" {
		return 64
	}
	return 1024
}

// measureHeldOut puts on record E‖∇Φ − u_c‖²/d on the test split, of the model and of what its
// network started from.
func (w *work) measureHeldOut(m *vapo.Model) error {
	test, err := w.Config.Open(w.DataRoot, "test")
	if err != nil {
		w.run.Note("No held-out loss: %v", err)
		return nil
	}
	n := heldOutExamples(w.Preset)
	if have := test.Info().Len; have > 0 && have < 4 {
		w.run.Note("No held-out loss: the test split has %d examples, and four are needed.", have)
		return nil
	}
	w.say("%s: held-out loss on %d images", w.run.Element, n)
	before, err := measure.HeldOut(measure.Untrained(m), test, n, uint64(w.Seed))
	if err != nil {
		return err
	}
	after, err := measure.HeldOut(&m.Flow, test, n, uint64(w.Seed))
	if err != nil {
		return err
	}
	w.run.Keep("held_out_alignment_untrained", before.Overall, before.StdErr)
	w.run.Keep("held_out_alignment", after.Overall, after.StdErr)
	for i, q := range after.Quarters {
		w.run.Keep(fmt.Sprintf("held_out_alignment_q%d", i+1), q, after.QuartersStdErr[i])
	}
	return nil
}

// sampleBatch is how many images are drawn at once: all elements use the same, for a sample's bits depend on it.
func (w *work) sampleBatch() int {
	if w.data.Info().Size() > 32*32*3 {
		return 8
	}
	return 16
}

// sampler prepares drawing with the settings' solver, and puts its steps on record.
func (w *work) sampler(ctx context.Context, m *vapo.Model) (*flow.Sampler, error) {
	with, err := w.solver()
	if err != nil {
		return nil, err
	}
	s, err := m.NewSampler(ctx, with, w.Seed, w.sampleBatch())
	if err == nil {
		w.run.Grid = s.Grid
	}
	return s, err
}

// drawn are samples as they are kept.
type drawn struct {
	record.Images
	Grid []float64
	NFE  float64
}

func (d *drawn) Arrays() record.Arrays {
	return record.Arrays{"images": &d.Images, "grid": &d.Grid, "nfe": &d.NFE}
}

// samples are the model's images 0 ≤ i < n. They are kept beside the model: elements that show the same images draw them once.
func (w *work) samples(ctx context.Context, m *vapo.Model, n int) (record.Images, error) {
	kept := drawn{Images: record.Images{Shape: m.Shape}}
	hash, err := vapo.WeightsSHA256(m.Store)
	if err != nil {
		return kept.Images, err
	}
	file := filepath.Join(w.modelDir(), fmt.Sprintf("samples-%.8s-%s-%d-%g-%g-seed%d-%s.npz", hash, w.Solver, w.SolverSteps, w.RTol, w.ATol, w.Seed, w.Backend.Name))
	switch err := kept.Arrays().Load(file); {
	case errors.Is(err, npz.ErrDamaged):
		w.say("%s: %v: its samples are drawn again", w.run.Element, err)
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return kept.Images, err
	}
	if have := kept.Len(); have < n {
		w.say("%s: drawing %d samples", w.run.Element, n-have)
		s, err := w.sampler(ctx, m)
		if err != nil {
			return kept.Images, err
		}
		tell := w.counter("samples", n)
		err = s.Draw(ctx, have, n-have, func(i int, x []float32) error {
			kept.Pixels = append(kept.Pixels, dataset.Bytes(x)...)
			tell(i + 1)
			return nil
		})
		if err != nil {
			return kept.Images, err
		}
		kept.Grid, kept.NFE = s.Grid, float64(s.NFE)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return kept.Images, err
		}
		if err := kept.Arrays().Save(file); err != nil {
			return kept.Images, err
		}
	}
	w.run.Grid, w.run.Results["nfe"] = kept.Grid, kept.NFE
	return kept.First(n), nil
}

// examples are the first n of a set of images, or all of a smaller one.
func examples(data dataset.Dataset, n int) (record.Images, error) {
	info := data.Info()
	values, err := dataset.ReadRange(data, 0, atMost(n, info))
	return record.Images{Shape: info.Shape, Pixels: dataset.Bytes(values)}, err
}
