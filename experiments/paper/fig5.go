package paper

import (
	"context"
	"fmt"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo/dataset"
)

// neighbours is how many training images are shown beside a sample.
const neighbours = 5

// neighboursOf is Figure 5 for one data set: generated images with the training images nearest to them, by pixels. As many
// held-out images are searched as well, hundreds of each, for the distances spread: samples that lie nearer to the training
// images than those do would be copies. The figure shows the first samples, in as many rows as are asked for.
func neighboursOf(data, standIn, claim string, samples [4]int, rows int) steps {
	return steps{
		settings: imageSettings(data, samples),
		standIn:  standIn,
		claim:    imageClaim(data, claim),
		results: withTraining(
			element.Result("nearest_training_image", "samples to the nearest training image, rms", "grey levels", "%.3g"),
			element.Result("nearest_training_image_held_out", "held-out images to the nearest training image, rms",
				"grey levels", "%.3g"),
		),
		compute: func(ctx context.Context, t *trial) (element.Data, error) { return computeNeighbours(ctx, t, rows) },
		draw:    element.Of(drawNeighbours),
	}
}

// nearby are the first samples, each followed by its nearest training images, and what is nearest to all samples and held-out
// images.
type nearby struct {
	Rows            record.Images
	Index, Distance [][]float64 // [samples, then held-out images][neighbours], distances in grey levels (rms)
}

func (n *nearby) Arrays() record.Arrays {
	return record.Arrays{"rows": &n.Rows, "index": &n.Index, "rms_grey_levels": &n.Distance}
}

func computeNeighbours(ctx context.Context, t *trial, shown int) (element.Data, error) {
	m, err := t.trainImages(ctx)
	if err != nil {
		return nil, err
	}
	samples, err := t.drawn(ctx, m)
	if err != nil {
		return nil, err
	}
	queries := measure.Floats(samples.Pixels)
	test, err := t.heldOut()
	if err != nil {
		return nil, err
	}
	if test != nil {
		held, err := measure.FirstOf(test, t.Samples)
		if err != nil {
			return nil, err
		}
		queries = append(queries, measure.Floats(held.Pixels)...)
	}
	total, size := t.data.Info().Len, samples.Size()
	if t.Preset == "smoke" || total == 0 {
		total = measure.AtMost(500, t.data.Info())
		t.run.Note("Neighbours are searched among the first %d images only.", total)
	}
	found, err := measure.Nearest(ctx, t.data, total, queries, size, neighbours, nil,
		t.counter("training images searched", total))
	if err != nil {
		return nil, err
	}
	out := nearby{Rows: record.Images{Shape: samples.Shape}}
	for i, near := range found[:min(shown, t.Samples)] {
		out.Rows.Pixels = append(out.Rows.Pixels, samples.Pixels[i*size:][:size]...)
		for _, n := range near {
			x := make([]float32, size)
			if err := t.data.Read(n.Index, x); err != nil {
				return nil, err
			}
			out.Rows.Pixels = append(out.Rows.Pixels, dataset.Bytes(x)...)
		}
	}
	for _, near := range found { // in order of distance
		var index, distance []float64
		for _, n := range near {
			index, distance = append(index, float64(n.Index)), append(distance, measure.GreyLevels(n.Distance, size))
		}
		out.Index, out.Distance = append(out.Index, index), append(out.Distance, distance)
	}
	keep := func(key string, distance [][]float64) {
		var nearest []float64
		for _, row := range distance {
			nearest = append(nearest, row[0])
		}
		mean, stdErr := uncertainty.Mean(nearest)
		t.run.Keep(key, mean, stdErr)
	}
	keep("nearest_training_image", out.Distance[:t.Samples])
	if held := out.Distance[t.Samples:]; len(held) > 0 {
		keep("nearest_training_image_held_out", held)
	}
	return &out, nil
}

func drawNeighbours(p element.Page, n *nearby) error {
	s, err := settingsOf(p)
	if err != nil {
		return err
	}
	caption := fmt.Sprintf("Generated images (left column) and their %d nearest training images by pixel distance, recipe %s. "+
		"The nearest is %s grey levels (rms) away in the mean of %s samples", neighbours, p.Recipe,
		p.Result("nearest_training_image"), thousands(s.Samples))
	if _, ok := p.Results["nearest_training_image_held_out"]; ok {
		caption += fmt.Sprintf(", that of as many held-out images %s", p.Result("nearest_training_image_held_out"))
	}
	caption += fmt.Sprintf(". %s. Drawn by %s in %.0f evaluations of ∇Φ.", s.about(p.Manifest), s.Solver, p.Results["nfe"])
	return p.Sheet(p.Element, n.Rows, 1+neighbours, fmt.Sprintf("Samples, each with its %d nearest training images of %s",
		neighbours, p.Data.Title), caption)
}
