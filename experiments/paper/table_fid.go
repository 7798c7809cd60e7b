package paper

import (
	"context"
	"fmt"

	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/element"
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
		results:  withTraining(fidResults...),
		compute:  computeFID,
	}
}

// fidParts is the number of disjoint sets that the images of a row are measured in, so that their spread is known: subsets that share
// images have none, and smaller ones another bias.
const fidParts = 4

// spread is a mean over disjoint sets and the standard deviation between them.
type spread struct{ mean, sd float64 }

// fidRow is what was measured of one set of images: of all of them, and of its parts.
type fidRow struct {
	name                            string
	all                             float64 // Fréchet distance
	frechet, kid, precision, recall spread  // of the parts
	nfe                             float64 // 0 for what no model drew
}

// fidTable are the rows with what they were measured by.
type fidTable struct {
	by            string // "" where nothing was measured
	comparable    bool
	dim           int
	n, references int // images of a row, and training images
	part          int // images of a part, in every row
	rows          []fidRow
}

// ours is the row of the trained model.
func (t fidTable) ours() fidRow { return t.rows[0] }

// fidReferences is how many training images a preset compares with.
func fidReferences(preset string) int {
	return map[string]int{"smoke": 64, "quick": 10_000}[preset] // else 0: all
}

// fewestSamples is what precision and recall need in each part.
const fewestSamples = 4 * fidParts

func computeFID(ctx context.Context, w *work) (element.Data, error) {
	if w.Samples < fewestSamples {
		return nil, usage.Errorf("%s: samples must be at least %d, got %d", w.run.Element, fewestSamples, w.Samples)
	}
	by, err := w.extractor(ctx) // first: weights that cannot be read should not be found out after an hour
	if err != nil {
		return nil, err
	}
	m, err := w.trainImages(ctx)
	if err != nil {
		return nil, err
	}
	references := fidReferences(w.Preset)
	if references == 0 {
		if references = w.data.Info().Len; references == 0 {
			references = 50_000
		}
	}
	t, real := fidTable{n: w.Samples}, featureSet{}
	if by != nil {
		if real, err = w.features(ctx, by, w.data, references); err != nil {
			return nil, err
		}
		t.by, t.comparable, t.dim, t.references = by.Name(), by.Comparable(), by.Dim(), real.moments.N()
	}
	sets, err := w.fidSets(ctx, m)
	if err != nil {
		return nil, err
	}
	t.part = min(w.Samples, t.references, keptRows) / fidParts
	for _, set := range sets {
		t.part = min(t.part, atMost(t.n, set.data.Info())/fidParts)
	}
	if by != nil && t.part < fewestSamples/fidParts {
		return nil, usage.Errorf("%s: the smallest set has too few images for %d disjoint sets of %d", w.run.Element, fidParts, fewestSamples/fidParts)
	}
	for _, set := range sets {
		row := fidRow{name: set.name, nfe: set.nfe}
		if by != nil {
			err = w.fidRow(ctx, by, real, set.data, t.part, &row)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", set.name, err)
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
	return fidSet{"untrained: the Gaussian base alone", newByteImages("base", record.Images{Shape: m.Shape, Pixels: pixels}), float64(s.NFE)}, err
}

// fidRow measures one set against the training images, and its parts of size images.
func (w *work) fidRow(ctx context.Context, by metric.Extractor, real featureSet, data dataset.Dataset, size int, row *fidRow) error {
	got, err := w.features(ctx, by, data, w.Samples)
	if err != nil {
		return err
	}
	w.say("%s: measuring %s", w.run.Element, row.name)
	if row.all, err = metric.FID(real.moments, got.moments); err != nil {
		return err
	}
	var frechet, kid, precision, recall [fidParts]float64
	for k := range fidParts {
		part, reference := got.part(k, size), real.part(k, size)
		moments := metric.NewMoments(by.Dim())
		if err := moments.Add(part); err != nil {
			return err
		}
		if frechet[k], err = metric.FID(real.moments, moments); err != nil {
			return err
		}
		if kid[k], _, err = metric.KID(ctx, reference, part, metric.KIDOptions{Subsets: 1, Size: size}); err != nil {
			return err
		}
		if precision[k], recall[k], err = metric.PrecisionRecall(ctx, reference, part, 0); err != nil {
			return err
		}
	}
	row.frechet, row.kid, row.precision, row.recall = spreadOf(frechet), spreadOf(kid), spreadOf(precision), spreadOf(recall)
	return nil
}

func spreadOf(x [fidParts]float64) spread {
	mean, sd := stat.MeanStdDev(x[:], nil)
	return spread{mean, sd}
}
