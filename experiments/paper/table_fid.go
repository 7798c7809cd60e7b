package paper

import (
	"context"
	"fmt"

	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
	"vapoflow/vapo/potential"
)

// fidOf is Table 1 or 2: the distance of generated from training images, beside distances that say what the number means: of held-out
// images, which no model can be asked to beat, of less trained models, and of noise. Samples counts the images of each.
func fidOf(data, standIn, claim string, samples [4]int) steps {
	return steps{
		settings: imageSettings(data, samples),
		standIn:  standIn,
		claim:    imageClaim(data, claim),
		compute:  computeFID,
		draw:     drawTables,
	}
}

// drawTables writes the tables of a record to its folder.
func drawTables(dir string, m *record.Manifest) error { return record.WriteTables(dir, m.Tables) }

// fidRow is what was measured of one set of images.
type fidRow struct {
	name                   string
	frechet, kid, kidDev   float64
	precision, recall, nfe float64 // nfe is 0 for what no model drew
}

// fidTable are the rows with what they were measured by.
type fidTable struct {
	by            string
	comparable    bool
	dim           int
	n, references int // images of a row, and training images
	rows          []fidRow
}

// ours is the row of the trained model.
func (t fidTable) ours() fidRow { return t.rows[0] }

// fidReferences is how many training images a preset compares with.
func fidReferences(preset string) int {
	return map[string]int{"smoke": 64, "quick": 10_000}[preset] // else 0: all
}

// fewestSamples is what KID's subsets, precision and recall need.
const fewestSamples = 5

func computeFID(ctx context.Context, w *work) error {
	if w.Samples < fewestSamples {
		return usage.Errorf("%s: samples must be at least %d, got %d", w.run.Element, fewestSamples, w.Samples)
	}
	by, err := w.extractor(ctx) // first: weights that cannot be read should not be found out after an hour
	if err != nil {
		return err
	}
	m, err := w.trainImages(ctx)
	if err != nil {
		return err
	}
	references := fidReferences(w.Preset)
	if references == 0 {
		if references = w.data.Info().Len; references == 0 {
			references = 50_000
		}
	}
	real, err := w.see(ctx, by, w.data, references)
	if err != nil {
		return err
	}
	t := fidTable{by: by.Name(), comparable: by.Comparable(), dim: by.Dim(), n: w.Samples, references: real.moments.N()}
	sets, err := w.fidSets(ctx, m)
	if err != nil {
		return err
	}
	for _, set := range sets {
		row, err := w.fidRow(ctx, by, real, set)
		if err != nil {
			return fmt.Errorf("%s: %w", set.name, err)
		}
		t.rows = append(t.rows, row)
	}
	return w.keepFID(t)
}

// fidSet is a set of images to be measured, and the evaluations of ∇Φ that drawing one of them took.
type fidSet struct {
	name string
	data dataset.Dataset
	nfe  float64
}

// fidSets are the trained model's images first, then those that it is read beside.
func (w *work) fidSets(ctx context.Context, m *vapo.Model) (sets []fidSet, err error) {
	images, err := w.samples(ctx, m, w.Samples)
	if err != nil {
		return nil, err
	}
	title := fmt.Sprintf("this run: %s, recipe %s, %s steps of batch %d", w.network(), w.Recipe, thousands(w.Steps), w.Batch)
	if w.shipped() {
		title = fmt.Sprintf("%s, weights %s", w.network(), w.Model)
	}
	sets = append(sets, fidSet{title, newByteImages("samples", images), w.run.Results["nfe"]})
	for _, part := range w.lessTrained() {
		set, err := part(ctx, m)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	noise, err := dataset.Open("uniform", dataset.Options{Root: w.DataRoot, Split: "test", Size: m.Shape[0]})
	if err != nil {
		return nil, err
	}
	sets = append(sets, fidSet{"uniform noise", noise, 0})
	if test, err := w.Config.Open(w.DataRoot, "test"); err == nil {
		return append(sets, fidSet{"held-out images", test, 0}), nil
	}
	w.run.Note("There is no test split to compare the training images with.")
	return sets, nil
}

// lessTrained lists the models that this run's is compared with. A tenth of the training is as costly to sample as the whole:
// preset quick leaves it out.
func (w *work) lessTrained() (list []func(context.Context, *vapo.Model) (fidSet, error)) {
	if w.Preset != "quick" && !w.shipped() {
		list = append(list, w.tenthTrained)
	}
	if w.Base == "gaussian" {
		list = append(list, w.untrained)
	}
	return list
}

// tenthTrained is the same training with a tenth of the steps.
func (w *work) tenthTrained(ctx context.Context, _ *vapo.Model) (fidSet, error) {
	short := *w
	short.run = &record.Run{} // the steps of its solver and its numbers are not this run's
	short.run.Element, short.run.Results = w.run.Element, map[string]float64{}
	short.Steps, short.Warmup = max(1, w.Steps/10), w.Warmup/10
	m, err := short.trainOrLoad(ctx, short.Config, w.run.Element+" (a tenth of the steps)")
	if err != nil {
		return fidSet{}, err
	}
	images, err := short.samples(ctx, m, w.Samples)
	if err != nil {
		return fidSet{}, err
	}
	return fidSet{fmt.Sprintf("the same after %s steps", thousands(short.Steps)), newByteImages("samples", images), short.run.Results["nfe"]}, nil
}

// untrained draws from the network's start: the Gaussian with the data's mean and covariance.
func (w *work) untrained(ctx context.Context, m *vapo.Model) (fidSet, error) {
	with, err := w.solver()
	if err != nil {
		return fidSet{}, err
	}
	base := m.With(potential.GaussianBase{Homotopy: m.Homotopy})
	s, err := base.NewSampler(ctx, with, w.Seed, w.sampleBatch())
	if err != nil {
		return fidSet{}, err
	}
	var pixels []uint8
	tell := w.counter("images of the Gaussian base", w.Samples)
	err = s.Draw(ctx, 0, w.Samples, func(i int, x []float32) error {
		pixels = append(pixels, dataset.Bytes(x)...)
		tell(i + 1)
		return nil
	})
	return fidSet{"untrained: the Gaussian base alone", newByteImages("base", w.imageTensor(pixels)), float64(s.NFE)}, err
}

// fidRow measures one set against the training images. KID takes halves of it at a time, so that its spread shows.
func (w *work) fidRow(ctx context.Context, by metric.Extractor, real seen, set fidSet) (fidRow, error) {
	row := fidRow{name: set.name, nfe: set.nfe}
	got, err := w.see(ctx, by, set.data, w.Samples)
	if err != nil {
		return row, err
	}
	w.say("%s: measuring %s", w.run.Element, set.name)
	if row.frechet, err = metric.FID(real.moments, got.moments); err != nil {
		return row, err
	}
	n := min(got.moments.N(), keptRows)
	subsets := metric.KIDOptions{Subsets: 50, Size: max(2, min(1000, min(n, real.moments.N())/2)), Seed: uint64(w.Seed)}
	if by.Dim() > 256 { // minutes each otherwise
		subsets.Subsets = 10
	}
	if row.kid, row.kidDev, err = metric.KID(ctx, real.first(keptRows), got.first(keptRows), subsets); err != nil {
		return row, err
	}
	row.precision, row.recall, err = metric.PrecisionRecall(ctx, real.first(n), got.first(n), 0)
	return row, err
}
