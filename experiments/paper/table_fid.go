package paper

import (
	"context"
	"errors"
	"fmt"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
)

// fidOf is Table 1 or 2: the distance of generated from training images, beside distances that say what the number means: of
// held-out images, which no model can be asked to beat, of less trained models, and of noise. Samples counts the images of each.
func fidOf(data, standIn, claim string, samples [4]int) steps {
	return steps{
		settings: imageSettings(data, samples),
		standIn:  standIn,
		claim:    imageClaim(data, claim),
		results:  withTraining(fidResults...),
		compute:  computeFID,
	}
}

// fidRow is what was measured of one set of images.
type fidRow struct {
	name string
	n    int     // images
	nfe  float64 // 0 for what no model drew
	measure.Distances
}

// fidTable are the rows with what they were measured by.
type fidTable struct {
	by            string // "" where nothing was measured
	comparable    bool
	dim           int
	n, references int // images of a row that has enough, and training images
	part          int // images of a part, in every row
	rows          []fidRow
}

// ours is the row of the trained model.
func (f fidTable) ours() fidRow { return f.rows[0] }

// fidReferences is how many training images a preset compares with.
func fidReferences(preset string) int {
	return map[string]int{"smoke": 64, "quick": 10_000}[preset] // else 0: all
}

// fewestSamples is what precision and recall need in each part.
const fewestSamples = 4 * measure.Parts

func computeFID(ctx context.Context, t *trial) (element.Data, error) {
	if t.Samples < fewestSamples {
		return nil, usage.Errorf("%s: samples must be at least %d, got %d", t.run.Element, fewestSamples, t.Samples)
	}
	by, err := t.extractor(ctx) // first: weights that cannot be read should not be found out after an hour
	if err != nil {
		return nil, err
	}
	m, err := t.trainImages(ctx)
	if err != nil {
		return nil, err
	}
	references := fidReferences(t.Preset)
	if references == 0 {
		if references = t.data.Info().Len; references == 0 {
			references = 50_000
		}
	}
	f, real := fidTable{n: t.Samples}, measure.Features{}
	if by != nil {
		if real, err = t.features(ctx, by, t.data, references); err != nil {
			return nil, err
		}
		f.by, f.comparable, f.dim, f.references = by.Name(), by.Comparable(), by.Dim(), real.Moments.N()
	}
	sets, err := t.fidSets(ctx, m)
	if err != nil {
		return nil, err
	}
	f.part = min(t.Samples, f.references, measure.KeptRows) / measure.Parts
	for _, set := range sets {
		f.part = min(f.part, measure.AtMost(f.n, set.data.Info())/measure.Parts)
	}
	if by != nil && f.part < fewestSamples/measure.Parts {
		return nil, usage.Errorf("%s: the smallest set has too few images for %d disjoint sets of %d", t.run.Element,
			measure.Parts, fewestSamples/measure.Parts)
	}
	for _, set := range sets {
		row := fidRow{name: set.name, n: measure.AtMost(f.n, set.data.Info()), nfe: set.nfe}
		if by != nil {
			got, err := t.features(ctx, by, set.data, t.Samples)
			if err == nil {
				t.say("measuring %s", row.name)
				row.Distances, err = measure.DistancesOf(ctx, real, got, f.part)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: %w", set.name, err)
			}
		}
		f.rows = append(f.rows, row)
	}
	return t.keepFID(f)
}

// Names of rows whose distances are on record.
const gaussianBase, uniformNoise, heldOutImages = "untrained: the Gaussian base alone", "uniform noise", "held-out images"

// fidSet is a set of images to be measured, and the evaluations of ∇Φ that drawing one of them took.
type fidSet struct {
	name string
	data dataset.Dataset
	nfe  float64
}

// fidSets are the trained model's images first, then those that it is read beside.
func (t *trial) fidSets(ctx context.Context, m *vapo.Model) (sets []fidSet, err error) {
	ours, err := t.drawn(ctx, m)
	if err != nil {
		return nil, err
	}
	title := fmt.Sprintf("this run: %s, recipe %s, %s steps of batch %d", t.network(), t.Recipe, thousands(t.Steps), t.Batch)
	if t.shipped() {
		title = fmt.Sprintf("%s, weights %s", t.network(), t.Model)
	}
	sets = append(sets, samplesOf(title, ours))
	for _, part := range t.lessTrained() {
		set, err := part(ctx, m)
		if err != nil {
			return nil, err
		}
		sets = append(sets, set)
	}
	noise, err := dataset.Open("uniform", dataset.Options{Root: t.DataRoot, Split: "test", Size: m.Shape[0]})
	if err != nil {
		return nil, err
	}
	sets = append(sets, fidSet{uniformNoise, noise, 0})
	test, err := t.heldOut()
	if test == nil {
		return sets, err
	}
	return append(sets, fidSet{heldOutImages, test, 0}), nil
}

// heldOut is the test split; nil where the set has none, which is noted.
func (t *trial) heldOut() (dataset.Dataset, error) {
	test, err := t.open("test")
	if errors.Is(err, dataset.ErrMissing) || errors.Is(err, dataset.ErrUnknown) {
		t.run.Note("There is no test split to compare the training images with.")
		return nil, nil
	}
	return test, err
}

// samplesOf are a model's images as a set to be measured.
func samplesOf(name string, s measure.Samples) fidSet {
	return fidSet{name, measure.Set{Name: "samples", Images: s.Images}, s.NFE}
}

// lessTrained lists the models that this run's is compared with. A tenth of the training is as costly to sample as the whole:
// preset quick leaves it out.
func (t *trial) lessTrained() (list []func(context.Context, *vapo.Model) (fidSet, error)) {
	if t.Preset != "quick" && !t.shipped() {
		list = append(list, t.tenthTrained)
	}
	if t.Base == "gaussian" {
		list = append(list, t.untrained)
	}
	return list
}

// tenthTrained is the same training with a tenth of the steps.
func (t *trial) tenthTrained(ctx context.Context, _ *vapo.Model) (fidSet, error) {
	short, trainer := t.Config, t.trainer()
	short.Steps, short.Warmup = max(1, t.Steps/10), t.Warmup/10
	m, err := trainer.Train(ctx, t.element+" (a tenth of the steps)", short, t.data)
	if err != nil {
		return fidSet{}, err
	}
	s, err := t.samples(ctx, m, trainer.Dir(short, t.data), t.Samples)
	return samplesOf(fmt.Sprintf("the same after %s steps", thousands(short.Steps)), s), err
}

// untrained draws from the network's start: the Gaussian with the data's mean and covariance.
func (t *trial) untrained(ctx context.Context, m *vapo.Model) (fidSet, error) {
	by, err := t.sampler(ctx, measure.Untrained(m))
	if err != nil {
		return fidSet{}, err
	}
	s := measure.Samples{Images: record.Images{Shape: m.Shape}}
	err = s.Draw(ctx, by, t.Samples, t.counter("images of the Gaussian base", t.Samples))
	return samplesOf(gaussianBase, s), err
}

// extractor opens the features that distances are measured by, and notes what they are; nil where there are none.
func (t *trial) extractor(ctx context.Context) (metric.Extractor, error) {
	by, err := measure.Extractors{
		Backend: t.Backend.Backend, Inception: t.Inception, DataRoot: t.DataRoot, Models: record.ModelsDir(t.Out),
		Named: t.Preset == "smoke",
		Say:   t.say, Count: t.counter,
	}.Open(ctx, heldOutExamples(t.Preset))
	if by.Note != "" {
		t.run.Note("%s", by.Note)
	}
	if by.Accuracy > 0 {
		t.run.Results[accuracyResult.Key] = by.Accuracy
	}
	return by.By, err
}

// features are those of the first n images of a set.
func (t *trial) features(ctx context.Context, by metric.Extractor, data dataset.Dataset, n int) (measure.Features, error) {
	n = measure.AtMost(n, data.Info())
	return measure.FeaturesOf(ctx, by, data, n, t.counter("images of "+data.Info().Name+" measured", n))
}
