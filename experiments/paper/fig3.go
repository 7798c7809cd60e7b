package paper

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
)

// betweenColumns is how many images a row of an interpolation has, both ends included.
const betweenColumns = 8

// interpolationOf is Figure 3 for one data set: each row goes from one generated image to another along the sphere of the prior.
// Samples counts the rows.
func interpolationOf(data, claim string, rows [4]int) steps {
	return steps{
		settings: imageSettings(data, rows),
		dataless: true,
		claim:    imageClaim(data, claim),
		compute:  computeInterpolation,
		draw:     drawInterpolation,
	}
}

func computeInterpolation(ctx context.Context, w *work) error {
	m, err := w.trainImages(ctx)
	if err != nil {
		return err
	}
	s, err := w.sampler(ctx, m)
	if err != nil {
		return err
	}
	w.say("%s: drawing %d rows of %d images", w.run.Element, w.Samples, betweenColumns)
	path, err := priorPaths(m, w.Seed, w.Samples)
	if err != nil {
		return err
	}
	var pixels []uint8
	tell := w.counter("images", w.Samples*betweenColumns)
	err = s.Carry(ctx, path, func(i int, x []float32) error {
		pixels = append(pixels, dataset.Bytes(x)...)
		tell(i + 1)
		return nil
	})
	if err != nil {
		return err
	}
	w.run.Results["nfe"] = float64(s.NFE)
	return w.run.Arrays(arraysOf(w.run.Element), map[string]*tensors.Tensor{"images": w.imageTensor(pixels)})
}

// priorPaths are rows of points of the prior, [rows·betweenColumns, shape...]: the row k goes from sample 2k to sample 2k+1.
func priorPaths(m *vapo.Model, seed int64, rows int) (*tensors.Tensor, error) {
	var flat []float32
	for k := range rows {
		from, err := m.Prior(seed, 2*k, 1)
		if err != nil {
			return nil, err
		}
		to, err := m.Prior(seed, 2*k+1, 1)
		if err != nil {
			return nil, err
		}
		for i := range betweenColumns {
			x, err := vapo.Slerp(from, to, float64(i)/(betweenColumns-1))
			if err != nil {
				return nil, err
			}
			flat = append(flat, tensors.MustCopyFlatData[float32](x)...)
		}
	}
	return tensors.FromFlatDataAndDimensions(flat, append([]int{rows * betweenColumns}, m.Shape...)...), nil
}

func drawInterpolation(dir string, m *record.Manifest) error {
	s, err := settingsOf(m)
	if err != nil {
		return err
	}
	caption := fmt.Sprintf("Interpolation between generated images, recipe %s: each row runs along a great circle of the prior from its first image to its last. %s. Drawn by %s in %.0f evaluations of ∇Φ.",
		m.Recipe, s.about(m), s.Solver, m.Results["nfe"])
	title := "Interpolation in the prior, " + m.Data.Title
	return drawImages(dir, m, readRecord(dir, arraysOf(m.Element)), m.Element, "images", betweenColumns, title, caption)
}
