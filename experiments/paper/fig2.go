package paper

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
)

// sheetOf is Figure 2 for one data set: generated images, beside real ones and the training's loss.
func sheetOf(data, standIn, claim string, samples [4]int) steps {
	return steps{
		settings: imageSettings(data, samples),
		standIn:  standIn,
		dataless: true,
		claim:    imageClaim(data, claim),
		compute:  computeSheet,
		draw:     drawSheet,
	}
}

func computeSheet(ctx context.Context, w *work) error {
	m, err := w.trainImages(ctx)
	if err != nil {
		return err
	}
	return w.sheet(ctx, m)
}

// sheet measures a model of images and draws from it.
func (w *work) sheet(ctx context.Context, m *vapo.Model) error {
	if err := w.measureHeldOut(m); err != nil {
		return err
	}
	images, err := w.samples(ctx, m, w.Samples)
	if err != nil {
		return err
	}
	arrays := map[string]*tensors.Tensor{"samples": images}
	if arrays["real"], err = w.examples(w.data, w.Samples); errors.Is(err, dataset.ErrMissing) && w.shipped() {
		delete(arrays, "real")
		w.run.Note("No real images beside the samples: %v", err)
	} else if err != nil {
		return err
	}
	if !w.shipped() {
		w.lossLog(m, arrays)
	}
	return w.run.Arrays(arraysOf(w.run.Element), arrays)
}

// arraysOf names the file of an element's arrays.
func arraysOf(element string) string { return element + ".npz" }

func drawSheet(dir string, m *record.Manifest) error {
	s, err := settingsOf(m)
	if err != nil {
		return err
	}
	r := readRecord(dir, arraysOf(m.Element))
	title := fmt.Sprintf("Uncurated samples of a %s trained on %s", s.network(), m.Data.Title)
	if !s.shipped() {
		title += fmt.Sprintf(", %s steps of batch %d", thousands(s.Steps), s.Batch)
	}
	caption := fmt.Sprintf("Uncurated samples, recipe %s. %s. Drawn by %s in %.0f evaluations of ∇Φ.", m.Recipe, s.about(m), s.Solver, m.Results["nfe"])
	if err := drawImages(dir, m, r, m.Element, "samples", 0, title, caption); err != nil {
		return err
	}
	if r.has("real") {
		title = "For comparison: training images of " + m.Data.Title
		if err := drawImages(dir, m, r, m.Element+"-real", "real", 0, title, title+"."); err != nil {
			return err
		}
	}
	if !r.has("log_step") {
		return nil
	}
	return drawLossCurve(dir, m, s, m.Element+"-loss", r.vector("log_step"), r.vector("log_loss"))
}

// drawImages lays an array of images [n, height, width, 3] out in columns, 0 for a square.
func drawImages(dir string, m *record.Manifest, r *reader, name, array string, columns int, title, caption string) error {
	pixels, dims := read[uint8](r, array, 4)
	if r.err != nil {
		return r.err
	}
	f, err := figures.Sheet(figures.SheetData{Pixels: pixels, Height: dims[1], Width: dims[2], Columns: columns, Title: title})
	if err != nil {
		return err
	}
	return saveFigure(dir, m, name, f, caption)
}
