package paper

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/pretrained"
)

// imageSettings are those of a ResNet on a set of images, drawing n samples at the presets smoke, quick, cpu and paper. All
// elements on one set use one model: that which ships, where there is one, else one that they train.
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

// trainImages trains the run's model, or loads it, on data that must be RGB images.
func (t *trial) trainImages(ctx context.Context) (*vapo.Model, error) {
	if t.model != nil {
		return t.useShipped()
	}
	if info := t.data.Info(); !info.IsImage() || info.Shape[2] != 3 {
		return nil, fmt.Errorf("%s needs RGB images [height, width, 3], and %s has examples of shape %v", t.run.Element,
			info.Name, info.Shape)
	}
	return t.train(ctx)
}

// useShipped puts the model that ships on record.
func (t *trial) useShipped() (*vapo.Model, error) {
	t.say("the weights are those that ship, %s; --train trains one's own", t.Model)
	t.run.Note("The weights are those that ship with the program, %s, not trained in this run: their card tells how they "+
		"were.", t.Model)
	return t.model, t.describe(t.model)
}

// modelDir is the model's folder in the cache, where samples drawn from it are kept.
func (t *trial) modelDir() string {
	if t.shipped() {
		return filepath.Join(record.ModelsDir(t.Out), strings.ReplaceAll(t.Model, ":", "-"))
	}
	return t.trainer().Dir(t.Config, t.data)
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
func (t *trial) measureHeldOut(m *vapo.Model) error {
	test, err := t.open("test")
	if err != nil {
		t.run.Note("No held-out loss: %v", err)
		return nil
	}
	n := heldOutExamples(t.Preset)
	if have := test.Info().Len; have > 0 && have < 4 {
		t.run.Note("No held-out loss: the test split has %d examples, and four are needed.", have)
		return nil
	}
	t.say("held-out loss on %d images", n)
	before, err := measure.HeldOut(measure.Untrained(m), test, n, uint64(t.Seed))
	if err != nil {
		return err
	}
	after, err := measure.HeldOut(&m.Flow, test, n, uint64(t.Seed))
	if err != nil {
		return err
	}
	t.run.Keep("held_out_alignment_untrained", before.Overall, before.StdErr)
	t.run.Keep("held_out_alignment", after.Overall, after.StdErr)
	for i, q := range after.Quarters {
		t.run.Keep(fmt.Sprintf("held_out_alignment_q%d", i+1), q, after.QuartersStdErr[i])
	}
	return nil
}

// SampleBatch is how many images of a number of values are drawn at once: all elements use the same, for a sample's bits depend
// on it.
func SampleBatch(size int) int {
	if size > 32*32*3 {
		return 8
	}
	return 16
}

// sampler prepares drawing from a flow with the settings' solver.
func (t *trial) sampler(ctx context.Context, f *flow.Flow) (*flow.Sampler, error) {
	with, err := t.NewSolver()
	if err != nil {
		return nil, err
	}
	return f.NewSampler(ctx, with, t.Seed, SampleBatch(f.Dim()))
}

// samples are the first n images of a model, kept in its folder: elements that show the same images draw them once.
func (t *trial) samples(ctx context.Context, m *vapo.Model, folder string, n int) (measure.Samples, error) {
	hash, err := vapo.WeightsSHA256(m.Store)
	if err != nil {
		return measure.Samples{}, err
	}
	file := filepath.Join(folder, fmt.Sprintf("samples-%.8s-%s-%d-%g-%g-seed%d-%s.npz", hash, t.Solver, t.SolverSteps, t.RTol,
		t.ATol, t.Seed, t.Backend.Name))
	open := func() (*flow.Sampler, error) { return t.sampler(ctx, &m.Flow) }
	return measure.Kept(ctx, file, m.Shape, n, open, t.say, t.counter("samples", n))
}

// drawn are the samples that the settings ask for of the run's model, whose cost is put on record.
func (t *trial) drawn(ctx context.Context, m *vapo.Model) (measure.Samples, error) {
	s, err := t.samples(ctx, m, t.modelDir(), t.Samples)
	t.run.Grid, t.run.Results["nfe"] = s.Grid, s.NFE
	return s, err
}
