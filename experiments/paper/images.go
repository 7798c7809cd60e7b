package paper

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/internal/npz"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/potential"
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
	var start potential.Potential = nothing{}
	if w.Base == "gaussian" {
		start = potential.GaussianBase{Homotopy: m.Homotopy}
	}
	before, err := HeldOut(m.With(start), test, n, uint64(w.Seed))
	if err != nil {
		return err
	}
	after, err := HeldOut(&m.Flow, test, n, uint64(w.Seed))
	if err != nil {
		return err
	}
	w.keep("held_out_alignment_untrained", before.Overall, before.StdErr)
	w.keep("held_out_alignment", after.Overall, after.StdErr)
	for i, q := range after.Quarters {
		w.keep(fmt.Sprintf("held_out_alignment_q%d", i+1), q, after.QuartersStdErr[i])
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

// samples are the model's images 0 ≤ i < n as bytes, [n, height, width, 3]. They are kept beside the model: elements that show the
// same images draw them once.
func (w *work) samples(ctx context.Context, m *vapo.Model, n int) (*tensors.Tensor, error) {
	hash, err := vapo.WeightsSHA256(m.Store)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(w.modelDir(), fmt.Sprintf("samples-%.8s-%s-%d-%g-%g-seed%d-%s.npz", hash, w.Solver, w.SolverSteps, w.RTol, w.ATol, w.Seed, w.Backend.Name))
	var pixels []uint8
	if kept, err := record.ReadArrays(file); err == nil && kept["images"] != nil && kept["grid"] != nil && kept["nfe"] != nil {
		pixels = tensors.MustCopyFlatData[uint8](kept["images"])
		w.run.Grid = tensors.MustCopyFlatData[float64](kept["grid"])
		w.run.Results["nfe"] = tensors.ToScalar[float64](kept["nfe"])
	} else if errors.Is(err, npz.ErrDamaged) {
		w.say("%s: %v: its samples are drawn again", w.run.Element, err)
	} else if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	size := w.data.Info().Size()
	if have := len(pixels) / size; have < n {
		w.say("%s: drawing %d samples", w.run.Element, n-have)
		s, err := w.sampler(ctx, m)
		if err != nil {
			return nil, err
		}
		tell := w.counter("samples", n)
		err = s.Draw(ctx, have, n-have, func(i int, x []float32) error {
			pixels = append(pixels, dataset.Bytes(x)...)
			tell(i + 1)
			return nil
		})
		if err != nil {
			return nil, err
		}
		w.run.Results["nfe"] = float64(s.NFE)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, err
		}
		err = record.WriteArrays(file, map[string]*tensors.Tensor{
			"images": w.imageTensor(pixels), "grid": vector(s.Grid), "nfe": number(float64(s.NFE)),
		})
		if err != nil {
			return nil, err
		}
	}
	return w.imageTensor(pixels[:n*size]), nil
}

// imageTensor is [n, height, width, 3] of flat pixels.
func (w *work) imageTensor(pixels []uint8) *tensors.Tensor {
	info := w.data.Info()
	return tensors.FromFlatDataAndDimensions(pixels, append([]int{len(pixels) / info.Size()}, info.Shape...)...)
}

// examples are the first n of a set, or all of a smaller one, as bytes.
func (w *work) examples(data dataset.Dataset, n int) (*tensors.Tensor, error) {
	if have := data.Info().Len; have > 0 {
		n = min(n, have)
	}
	values, err := dataset.ReadRange(data, 0, n)
	if err != nil {
		return nil, err
	}
	return w.imageTensor(dataset.Bytes(values)), nil
}
