package paper

import (
	"context"
	"errors"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/usage"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
)

// table3 tells how well the scores of a model set other images apart from held-out images of its own set. Samples counts the
// images of each set.
var table3 = steps{
	settings: imageSettings("cifar10", [4]int{12, 256, 1000, 10_000}),
	standIn:  "drawn",
	claim:    imageClaim("cifar10", "inferred"),
	results: withTraining(
		element.Result("auroc_energy_svhn", "AUROC of the energy, SVHN", "", "%.3f"),
		element.Result("auroc_typicality_svhn", "AUROC of the typicality, SVHN", "", "%.3f"),
		element.Result("auroc_energy_"+control, "AUROC of the energy, lossless images of the same set (½ expected)", "", "%.3f"),
		element.Result("auroc_typicality_"+control, "AUROC of the typicality, lossless images of the same set", "", "%.3f"),
	),
	compute: computeTable3,
	draw:    element.Of(drawTable3),
}

// treatmentQuality is that of the JPEG copies in circulation. Every set is written as JPEG once: else the missing artefacts of a
// lossless set tell it from a model's own that was JPEG before.
const treatmentQuality = 75

// oodSet is a set at the model's size, after the treatment that all share.
type oodSet struct {
	name, title string
	n           int
	pixels      []float32 // [n, d]
}

func computeTable3(ctx context.Context, t *trial) (element.Data, error) {
	if t.Samples < 4 {
		return nil, usage.Errorf("%s: samples must be at least 4, got %d", t.run.Element, t.Samples)
	}
	m, err := t.trainImages(ctx)
	if err != nil {
		return nil, err
	}
	sets, err := t.oodSets(ctx, m.Shape[0])
	if err != nil {
		return nil, err
	}
	references, err := t.treatedImages(ctx, t.data, min(t.Samples, 256), m.Shape[0])
	if err != nil {
		return nil, err
	}
	return t.measureOOD(ctx, &contest{&m.Flow, t.Seed, references, sets})
}

// outSets are the names of the sets to be told from the model's own, which interpolations are made of.
var outSets = []string{"svhn", "cifar100", "celeba", "interpolations", "constant", "uniform"}

// control is images of the model's own set that were not JPEG before: no score should tell them apart after the treatment.
const control = "cifar10-original"

// oodSets reads the held-out images of the model's own set, which come first, and those of all sets that are there. What is
// missing is noted with how to get it.
func (t *trial) oodSets(ctx context.Context, side int) ([]oodSet, error) {
	own, err := t.open("test")
	if err != nil {
		return nil, err
	}
	in, err := t.treatedImages(ctx, own, t.Samples, side)
	if err != nil {
		return nil, err
	}
	in.name = "held-out"
	sets := []oodSet{in}
	names := outSets
	if t.Data == "cifar10" {
		names = append(names[:len(names):len(names)], control)
	}
	for _, name := range names {
		if name == t.Data {
			continue
		}
		var data dataset.Dataset
		if name == "interpolations" {
			data, err = dataset.Interpolations(own, uint64(t.Seed))
		} else {
			data, err = dataset.Open(name, dataset.Options{Root: t.DataRoot, Split: "test"})
		}
		if errors.Is(err, dataset.ErrMissing) {
			t.run.Note("%s is skipped: %v", name, err)
			continue
		}
		if err != nil {
			return nil, err
		}
		set, err := t.treatedImages(ctx, data, t.Samples, side)
		if err != nil {
			return nil, err
		}
		set.name = name
		sets = append(sets, set)
	}
	return sets, nil
}

// treatedImages reads the first n images of a set at the size side×side, after the treatment.
func (t *trial) treatedImages(ctx context.Context, data dataset.Dataset, n, side int) (oodSet, error) {
	treated, err := dataset.Treated(data, dataset.Resize(side), dataset.JPEG(treatmentQuality))
	if err != nil {
		return oodSet{}, err
	}
	info := treated.Info()
	s := oodSet{name: info.Name, title: data.Info().Title, n: measure.AtMost(n, info)}
	size := info.Size()
	s.pixels = make([]float32, s.n*size)
	for i := range s.n {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		if err := treated.Read(i, s.pixels[i*size:][:size]); err != nil {
			return s, err
		}
	}
	return s, nil
}

// oodNames are the scores of the potential, and flowNames those of the flow, in the order of the table. A larger one speaks
// against an image.
var oodNames, flowNames = density.ScoreNames(false), density.ScoreNames(true)

// contest is the sets that scores are to tell from the first, on a model's path.
type contest struct {
	flow       *flow.Flow
	seed       int64
	references oodSet
	sets       []oodSet
}

// at gives the scores of the first n images of each set at s. Those of the flow are added where how has a solver.
func (c *contest) at(ctx context.Context, s float64, n int, how density.Scoring, tell func()) ([]map[string][]float64, error) {
	how.S, how.Batch = s, min(n, 32)
	var sets []measure.Inputs
	for k, set := range c.sets {
		sets = append(sets, c.inputs(set, k+1, n))
	}
	return measure.ScoresAt(ctx, c.flow, how, c.inputs(c.references, 0, n), sets, tell)
}

// inputs are the first n images of a set, placed with noise that is a function of the seed, the set's number and the image's, the
// same at every s.
func (c *contest) inputs(set oodSet, number, n int) measure.Inputs {
	return measure.Inputs{Name: set.name, Place: func(s float64) (*tensors.Tensor, error) {
		path, err := c.flow.Coefficients(s)
		if err != nil {
			return nil, err
		}
		n, size := min(n, set.n), c.flow.Dim()
		x := slices.Clone(set.pixels[:n*size])
		for i := range n {
			measure.Place(path, x[i*size:][:size], c.seed, uint64(number)<<32|uint64(i))
		}
		return tensors.FromFlatDataAndDimensions(x, append([]int{n}, c.flow.Shape...)...), nil
	}}
}
