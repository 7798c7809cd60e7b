package bench

import (
	"context"
	"fmt"
	"strings"

	"vapoflow/experiments/measure"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

// imageStudy is a study at work.
type imageStudy struct {
	*imagesOptions
	*work
	root       string // folder of the data sets
	data, test dataset.Dataset
	features   *features // nil until a distance is asked for
}

func (o *imagesOptions) open(w *work) (*imageStudy, error) {
	root, err := w.DataRoot()
	if err != nil {
		return nil, err
	}
	base := imageBase(o.data)
	data, err := base.Open(root, "train")
	if err != nil {
		return nil, err
	}
	test, err := base.Open(root, "test")
	return &imageStudy{imagesOptions: o, work: w, root: root, data: data, test: test}, err
}

// train trains a try at a budget and measures it.
func (s *imageStudy) train(ctx context.Context, text string, budget int) (t imageTraining, m *vapo.Model, err error) {
	c, err := s.config(text)
	if err != nil {
		return t, nil, err
	}
	millis, err := kept(s.Out, fmt.Sprintf("images-step-%s-%s", c.Key(s.data), s.choice.Name), func() (float64, error) {
		return cpuOfStep(ctx, s.choice, c, s.data)
	})
	if err != nil {
		return t, nil, err
	}
	c.Steps = max(1, int(1000*float64(budget)/millis))
	c.Warmup = min(c.Warmup, c.Steps/2)
	if m, err = s.work.train(ctx, c, s.data); err != nil {
		return t, nil, err
	}
	name, err := keptName(m.Store, "images-%d", s.heldOut)
	if err != nil {
		return t, nil, err
	}
	t, err = kept(s.Out, name, func() (imageTraining, error) {
		t := imageTraining{Try: text, Budget: budget, Steps: c.Steps, Millis: millis}
		for v := range m.Store.IterVariables() {
			if strings.Contains(v.Path(), "/"+potential.Scope+"/rest/") { // not the Gaussian base
				t.Weights += v.Shape().Size()
			}
		}
		t.Alignment, err = measure.HeldOut(&m.Flow, s.test, s.heldOut, 1)
		return t, err
	})
	return t, m, err
}

// distance is the Fréchet distance of a model's samples to training images, by the features of Table 1, drawn by its solver.
func (s *imageStudy) distance(ctx context.Context, m *vapo.Model, title string) (float64, error) {
	if s.features == nil {
		by, err := s.work.features(ctx, s.root, s.data)
		if err != nil {
			return 0, fmt.Errorf("--samples: %w", err)
		}
		s.features = by
	}
	name, err := keptName(m.Store, "images-samples-%d-%s", s.samples, s.features.name)
	if err != nil {
		return 0, err
	}
	return kept(s.Out, name, func() (float64, error) {
		real, err := s.features.training(ctx, s.work)
		if err != nil {
			return 0, err
		}
		with, err := solver.New("bosh3", solver.Options{RTol: 1e-2, ATol: 1e-2})
		if err != nil {
			return 0, err
		}
		by, err := m.NewSampler(ctx, with, 0, 64)
		if err != nil {
			return 0, err
		}
		_, got, err := s.features.drawn(ctx, by, m.Shape, s.samples, s.count("samples of "+title, s.samples))
		if err != nil {
			return 0, err
		}
		return metric.FID(real.Moments, got.Moments)
	})
}

// cpuOfStep is the CPU time of a training step in ms.
func cpuOfStep(ctx context.Context, b *backend.Choice, c vapo.Config, data dataset.Dataset) (float64, error) {
	var base *potential.Gaussian
	if c.Base == "gaussian" { // any costs the same
		var err error
		if base, err = potential.FitGaussian(data.Info().Shape, min(256, data.Info().Len), data.Read); err != nil {
			return 0, err
		}
	}
	m, err := c.Model(b.Backend, data.Info().Shape, base)
	if err != nil {
		return 0, err
	}
	took, err := timeTraining(ctx, m, c, data, 5, 40)
	return 1000 * took.step, err
}
