package paper

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
)

// neighbours is how many training images are shown beside a sample.
const neighbours = 5

// neighboursOf is Figure 5 for one data set: generated images with the training images nearest to them, by pixels. As many held-out
// images are searched as well, hundreds of each, for the distances spread: samples that lie nearer to the training images than those do
// would be copies. The figure shows the first samples, in as many rows as are asked for.
func neighboursOf(data, standIn, claim string, samples [4]int, rows int) steps {
	return steps{
		settings: imageSettings(data, samples),
		standIn:  standIn,
		claim:    imageClaim(data, claim),
		compute:  func(ctx context.Context, w *work) error { return computeNeighbours(ctx, w, rows) },
		draw:     drawNeighbours,
	}
}

func computeNeighbours(ctx context.Context, w *work, shown int) error {
	m, err := w.trainImages(ctx)
	if err != nil {
		return err
	}
	samples, err := w.samples(ctx, m, w.Samples)
	if err != nil {
		return err
	}
	queries := fromBytes(tensors.MustCopyFlatData[uint8](samples))
	size := w.data.Info().Size()
	if test, err := w.Config.Open(w.DataRoot, "test"); err == nil {
		held, err := w.examples(test, w.Samples)
		if err != nil {
			return err
		}
		queries = append(queries, fromBytes(tensors.MustCopyFlatData[uint8](held))...)
	}
	found, err := w.nearest(ctx, queries)
	if err != nil {
		return err
	}
	var rows []uint8
	pixels := tensors.MustCopyFlatData[uint8](samples)
	for i, near := range found[:min(shown, w.Samples)] {
		rows = append(rows, pixels[i*size:][:size]...)
		for _, n := range near {
			x := make([]float32, size)
			if err := w.data.Read(n.Index, x); err != nil {
				return err
			}
			rows = append(rows, dataset.Bytes(x)...)
		}
	}
	var index, distance []float64
	for _, near := range found {
		for _, n := range near {
			index, distance = append(index, float64(n.Index)), append(distance, greyLevels(n.Distance, size))
		}
	}
	w.keepNearest("nearest_training_image", found[:w.Samples])
	if held := found[w.Samples:]; len(held) > 0 {
		w.keepNearest("nearest_training_image_held_out", held)
	}
	dims := []int{len(found), neighbours}
	return w.run.Arrays(arraysOf(w.run.Element), map[string]*tensors.Tensor{
		"rows":  w.imageTensor(rows),
		"index": tensors.FromFlatDataAndDimensions(index, dims...), "rms_grey_levels": tensors.FromFlatDataAndDimensions(distance, dims...),
	})
}

// nearest finds the training images nearest to each query, flat in [-1, 1].
func (w *work) nearest(ctx context.Context, queries []float32) ([][]metric.Neighbor, error) {
	info := w.data.Info()
	search, err := metric.NewNearestSearch(tensors.FromFlatDataAndDimensions(queries, len(queries)/info.Size(), info.Size()), neighbours)
	if err != nil {
		return nil, err
	}
	total := info.Len
	if w.Preset == "smoke" || total == 0 {
		total = 500
		if info.Len > 0 {
			total = min(total, info.Len)
		}
		w.run.Note("Neighbours are searched among the first %d images only.", total)
	}
	const chunk = 500
	tell := w.counter("training images searched", total)
	for from := 0; from < total; from += chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := min(chunk, total-from)
		values, err := dataset.ReadRange(w.data, from, n)
		if err != nil {
			return nil, err
		}
		if err := search.Add(tensors.FromFlatDataAndDimensions(values, n, info.Size())); err != nil {
			return nil, err
		}
		tell(from + n)
	}
	return search.Result()
}

// fromBytes maps 0 … 255 to [-1, 1].
func fromBytes(pixels []uint8) []float32 {
	out := make([]float32, len(pixels))
	for i, p := range pixels {
		out[i] = float32(p)/127.5 - 1
	}
	return out
}

// greyLevels is a distance in [-1, 1]^d as the root mean square over the values, in levels of 256.
func greyLevels(distance float64, d int) float64 { return 127.5 * distance / math.Sqrt(float64(d)) }

// keepNearest puts the mean distance to the nearest on record, in grey levels, with its standard error.
func (w *work) keepNearest(name string, found [][]metric.Neighbor) {
	var distance []float64
	for _, near := range found { // in order of distance
		distance = append(distance, greyLevels(near[0].Distance, w.data.Info().Size()))
	}
	mean, stdErr := uncertainty.Mean(distance)
	w.keep(name, mean, stdErr)
}

func drawNeighbours(dir string, m *record.Manifest) error {
	s, err := settingsOf(m)
	if err != nil {
		return err
	}
	caption := fmt.Sprintf("Generated images (left column) and their %d nearest training images by pixel distance, recipe %s. The nearest is %s grey levels (rms) away in the mean of %s samples", neighbours, m.Recipe, withError(m, "nearest_training_image"), thousands(s.Samples))
	if _, ok := m.Results["nearest_training_image_held_out"]; ok {
		caption += fmt.Sprintf(", that of as many held-out images %s", withError(m, "nearest_training_image_held_out"))
	}
	caption += fmt.Sprintf(". %s. Drawn by %s in %.0f evaluations of ∇Φ.", s.about(m), s.Solver, m.Results["nfe"])
	title := fmt.Sprintf("Samples, each with its %d nearest training images of %s", neighbours, m.Data.Title)
	return drawImages(dir, m, readRecord(dir, arraysOf(m.Element)), m.Element, "rows", 1+neighbours, title, caption)
}
