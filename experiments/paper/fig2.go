package paper

import (
	"context"
	"errors"
	"fmt"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
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
		results:  withTraining(sheetResults...),
		compute: func(ctx context.Context, t *trial) (element.Data, error) {
			m, err := t.trainImages(ctx)
			if err != nil {
				return nil, err
			}
			return t.sheet(ctx, m)
		},
		draw: element.Of(drawSheet),
	}
}

// sheet are generated and real images, and the training's log.
type sheet struct {
	Samples, Real record.Images // real ones where they are at hand
	losses
}

func (s *sheet) Arrays() record.Arrays {
	arrays := s.losses.Arrays()
	arrays["samples"], arrays["real"] = &s.Samples, record.Optional(&s.Real)
	return arrays
}

// sheet measures a model of images and draws from it.
func (t *trial) sheet(ctx context.Context, m *vapo.Model) (*sheet, error) {
	if err := t.measureHeldOut(m); err != nil {
		return nil, err
	}
	drawn, err := t.drawn(ctx, m)
	if err != nil {
		return nil, err
	}
	s := sheet{Samples: drawn.Images}
	if s.Real, err = measure.FirstOf(t.data, t.Samples); errors.Is(err, dataset.ErrMissing) && t.shipped() {
		t.run.Note("No real images beside the samples: %v", err)
	} else if err != nil {
		return nil, err
	}
	if !t.shipped() {
		s.losses = t.lossLog(m)
	}
	return &s, nil
}

func drawSheet(p element.Page, d *sheet) error {
	s, err := settingsOf(p)
	if err != nil {
		return err
	}
	title := fmt.Sprintf("Uncurated samples of a %s trained on %s", s.network(), p.Data.Title)
	if !s.shipped() {
		title += fmt.Sprintf(", %s steps of batch %d", thousands(s.Steps), s.Batch)
	}
	caption := fmt.Sprintf("Uncurated samples, recipe %s. %s. Drawn by %s in %.0f evaluations of ∇Φ.", p.Recipe,
		s.about(p.Manifest), s.Solver, p.Results["nfe"])
	if err := p.Sheet(p.Element, d.Samples, 0, title, caption); err != nil {
		return err
	}
	if len(d.Real.Pixels) > 0 {
		title = "For comparison: training images of " + p.Data.Title
		if err := p.Sheet(p.Element+"-real", d.Real, 0, title, title+"."); err != nil {
			return err
		}
	}
	return d.losses.draw(p, s, p.Element+"-loss")
}
