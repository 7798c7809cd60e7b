package paper

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/element"
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
		results:  withTraining(),
		compute:  computeInterpolation,
		draw:     element.Of(drawInterpolation),
	}
}

// interpolation are rows of betweenColumns images.
type interpolation struct{ Images record.Images }

func (i *interpolation) Arrays() record.Arrays { return record.Arrays{"images": &i.Images} }

func computeInterpolation(ctx context.Context, t *trial) (element.Data, error) {
	m, err := t.trainImages(ctx)
	if err != nil {
		return nil, err
	}
	s, err := t.sampler(ctx, &m.Flow)
	if err != nil {
		return nil, err
	}
	t.say("drawing %d rows of %d images", t.Samples, betweenColumns)
	path, err := priorPaths(m, t.Seed, t.Samples)
	if err != nil {
		return nil, err
	}
	rows := interpolation{record.Images{Shape: m.Shape}}
	tell := t.counter("images", t.Samples*betweenColumns)
	err = s.Carry(ctx, path, func(i int, x []float32) error {
		rows.Images.Pixels = append(rows.Images.Pixels, dataset.Bytes(x)...)
		tell(i + 1)
		return nil
	})
	t.run.Grid, t.run.Results["nfe"] = s.Grid, float64(s.NFE)
	return &rows, err
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

func drawInterpolation(p element.Page, rows *interpolation) error {
	s, err := settingsOf(p)
	if err != nil {
		return err
	}
	return p.Sheet(p.Element, rows.Images, betweenColumns, "Interpolation in the prior, "+p.Data.Title,
		fmt.Sprintf("Interpolation between generated images, recipe %s: each row runs along a great circle of the prior from "+
			"its first image to its last. %s. Drawn by %s in %.0f evaluations of ∇Φ.",
			p.Recipe, s.about(p.Manifest), s.Solver, p.Results["nfe"]))
}
