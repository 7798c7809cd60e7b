package paper

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/potential"
)

// fig2 is a sheet of generated images, beside real ones and the training's loss. CelebA 64, the
// paper's other set, needs a loader that is still to come.
var fig2 = steps{
	settings: imageSettings,
	standIn:  "drawn",
	claim: func(preset string, s Settings) string {
		if s.Data != "cifar10" {
			return "not the paper's data"
		}
		return "same protocol, smaller scale"
	},
	compute: computeFig2,
	draw:    drawFig2,
}

// imageSettings are those of a ResNet on images.
func imageSettings(preset, recipe string) Settings {
	s := Settings{Config: vapo.DefaultConfig(), Solver: "dopri5", RTol: 1e-3, ATol: 1e-3, Samples: 64}
	s.Data, s.Homotopy, s.Potential, s.Width, s.Depth, s.Base = "cifar10", "straight", "resnet", 0, 0, "gaussian"
	s.Steps, s.Batch, s.Warmup = 20_000, 16, 500
	switch preset {
	case "smoke":
		s.Steps, s.Warmup, s.Width, s.Depth, s.Samples = 12, 2, 8, 1, 16
		s.RTol, s.ATol = 1e-2, 1e-2
	case "quick":
		s.Steps, s.Warmup = 1000, 50
	case "cpu":
		s.Samples = 100
	case "paper":
		s.Steps, s.Batch, s.Width, s.Depth, s.Samples = 300_000, 128, 128, 3, 100
		s.LearningRate, s.Warmup, s.EMA, s.Flip = 2e-4, 5000, 0.9999, true
	}
	if recipe == "paper" {
		s.Homotopy, s.Loss, s.Base, s.Autonomous = "posterior", "variance-reduced", "none", true
	}
	return s
}

const fig2Arrays = "fig2.npz"

func computeFig2(ctx context.Context, w *work) error {
	info := w.data.Info()
	if !info.IsImage() || info.Shape[2] != 3 {
		return fmt.Errorf("figure 2 needs RGB images [height, width, 3], and %s has examples of shape %v", info.Name, info.Shape)
	}
	m, err := w.train(ctx)
	if err != nil {
		return err
	}
	if err := w.measureHeldOut(m); err != nil {
		return err
	}
	return w.drawSamples(ctx, m)
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
	before, err := HeldOut(m.Backend, m.Store, start, m.Homotopy, test, n, uint64(w.Seed))
	if err != nil {
		return err
	}
	after, err := HeldOut(m.Backend, m.Store, m.Potential, m.Homotopy, test, n, uint64(w.Seed))
	if err != nil {
		return err
	}
	w.run.Results["held_out_alignment_untrained"] = before.Overall
	w.run.Results["held_out_alignment"] = after.Overall
	for i, q := range after.Quarters {
		w.run.Results[fmt.Sprintf("held_out_alignment_q%d", i+1)] = q
	}
	return nil
}

// drawSamples carries the prior to images and puts them on record, with real ones and the log.
func (w *work) drawSamples(ctx context.Context, m *vapo.Model) error {
	with, err := w.solver()
	if err != nil {
		return err
	}
	w.say("%s: drawing %d samples", w.run.Element, w.Samples)
	sol, err := m.Sample(ctx, with, w.Seed, 0, w.Samples)
	if err != nil {
		return err
	}
	defer sol.Finalize()
	w.run.Results["nfe"] = float64(sol.NFE)
	w.run.Grid = sol.Grid
	images := toBytes(tensors.MustCopyFlatData[float32](sol.State[0]))
	info := w.data.Info()
	n := w.Samples
	if info.Len > 0 {
		n = min(n, info.Len)
	}
	real, err := dataset.ReadRange(w.data, 0, n)
	if err != nil {
		return err
	}
	step, value, err := lossLog(m)
	if err != nil {
		return err
	}
	shape := func(n int) []int { return append([]int{n}, info.Shape...) }
	return w.run.Arrays(fig2Arrays, map[string]*tensors.Tensor{
		"samples":  tensors.FromFlatDataAndDimensions(images, shape(w.Samples)...),
		"real":     tensors.FromFlatDataAndDimensions(toBytes(real), shape(n)...),
		"log_step": step, "log_loss": value,
	})
}

// toBytes maps [-1, 1] to 0 … 255, clipping what lies outside.
func toBytes(x []float32) []uint8 {
	out := make([]uint8, len(x))
	for i, v := range x {
		out[i] = uint8(max(0, min(255, (v+1)*127.5+0.5)))
	}
	return out
}

func drawFig2(dir string, m *record.Manifest) error {
	s, err := settingsOf(m)
	if err != nil {
		return err
	}
	r := readRecord(dir, fig2Arrays)
	data := m.Data.Title
	for _, sheet := range []struct{ name, array, title string }{
		{"fig2", "samples", fmt.Sprintf("Uncurated samples of a %s trained on %s, %s steps of batch %d", s.network(), data, thousands(s.Steps), s.Batch)},
		{"fig2-real", "real", "For comparison: training images of " + data},
	} {
		pixels, dims := read[uint8](r, sheet.array, 4)
		if r.err != nil {
			return r.err
		}
		f, err := figures.Sheet(figures.SheetData{Pixels: pixels, Height: dims[1], Width: dims[2], Title: sheet.title})
		if err != nil {
			return err
		}
		caption := sheet.title + "."
		if sheet.array == "samples" {
			caption = fmt.Sprintf("Uncurated samples, recipe %s. %s. Drawn by %s in %.0f evaluations of ∇Φ.", m.Recipe, s.about(m), s.Solver, m.Results["nfe"])
		}
		if err := saveFigure(dir, m, sheet.name, f, caption); err != nil {
			return err
		}
	}
	return drawLossCurve(dir, m, s, "fig2-loss", r.vector("log_step"), r.vector("log_loss"))
}
