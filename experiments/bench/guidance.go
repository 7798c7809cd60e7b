package bench

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"

	"github.com/spf13/pflag"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/pretrained"
	"vapoflow/vapo/solver"
)

type guidanceOptions struct {
	models         []string
	weights        []float64
	samples, steps int
}

var guidance = Bench{
	ID: "guidance", Title: "Samples led away from a weaker potential",
	Short: "Distances of samples led away from a weaker potential's errors, against the weight",
	Long: `Draws samples of each of --models along Φ + w(Φ − Φ_weak) for each of --weights from the same noise, in the steps that bosh3 takes at weight 0, and
measures them by the features of Tables 1 and 2. Φ_weak is what ships beside each (the network of the preset after a thousand steps), or with --steps the same
network trained here for so many. An evaluation costs that of both networks.`,
	Example: "  experiments bench guidance\n  experiments bench guidance --models cifar10 --weights 0,0.5 --samples 256",
	options: func(f *pflag.FlagSet) Measurement {
		o := &guidanceOptions{}
		f.StringSliceVar(&o.models, "models", pretrained.Names(), "potentials that ship; their data is looked for in $VAPO_DATA, else ./data")
		f.Float64SliceVar(&o.weights, "weights", []float64{0, 0.25, 0.5, 0.75}, "weights w")
		f.IntVar(&o.samples, "samples", 1024, "samples at each weight")
		f.IntVar(&o.steps, "steps", 0, "of the training of another weak potential; 0 takes that which ships")
		return o
	},
	draw: drawGuidance,
}

func (o *guidanceOptions) check() error {
	if err := checkShipped(o.models); err != nil {
		return err
	}
	if len(o.weights) == 0 || slices.Min(o.weights) < 0 || o.samples < 4*measure.Parts || o.steps < 0 {
		return usage.Errorf("bench guidance: needs --weights and --steps of at least 0 and --samples of at least %d, got %v, %d and %d",
			4*measure.Parts, o.weights, o.steps, o.samples)
	}
	return nil
}

// shownGuided are the samples of a weight that the sheet shows.
const shownGuided = 12

// guided are the samples of one weight.
type guided struct {
	measure.Distances
	NFE   float64
	First []uint8 // the pixels of the first
}

func (o *guidanceOptions) measure(ctx context.Context, w *work) error {
	return w.eachShipped(o.models, func(model string) (*record.Images, error) { return o.one(ctx, w, model) })
}

// one measures one of the potentials.
func (o *guidanceOptions) one(ctx context.Context, w *work, model string) (*record.Images, error) {
	m, root, data, err := w.shipped(model)
	if err != nil {
		return nil, err
	}
	weak, err := o.weak(ctx, w, model, m, data)
	if err != nil {
		return nil, err
	}
	by, err := w.features(ctx, root, data)
	if err != nil {
		return nil, err
	}
	steps := sync.OnceValues(func() (*flow.Sampler, error) {
		return m.NewSampler(ctx, solver.Adaptive{Tableau: solver.BogackiShampine, RTol: 1e-2, ATol: 1e-2, Backend: m.Backend}, 0, 16)
	})
	table := record.Table{
		Caption: fmt.Sprintf("%d samples of pretrained:%s led away by w from a potential of the preset's network after %d steps of training: Fréchet distance of all to %d training images by the features of Table 1, and mean ± standard deviation over %d disjoint sets of %d.",
			o.samples, model, weak.Config.Steps, by.n, measure.Parts, o.part(by)),
		Header: []string{"w", "Fréchet distance", "of the sets", "precision", "recall", "evaluations"},
	}
	sheet := &record.Images{Shape: m.Shape}
	for _, weight := range o.weights {
		f, err := m.Autoguided(&weak.Flow, weight)
		if err != nil {
			return nil, err
		}
		got, err := o.draw(ctx, w, f, steps, weight, by)
		if err != nil {
			return nil, fmt.Errorf("--weights %g: %w", weight, err)
		}
		sheet.Pixels = append(sheet.Pixels, got.First...)
		text := strconv.FormatFloat(weight, 'g', -1, 64)
		w.run.Results[model+" Fréchet distance at "+text] = got.All
		table.Rows = append(table.Rows, []string{text, fmt.Sprintf("%.2f", got.All), got.Frechet.String(), got.Precision.String(), got.Recall.String(), fmt.Sprintf("%.0f", got.NFE)})
	}
	w.run.Tables = append(w.run.Tables, table)
	return sheet, nil
}

// weak is the potential that samples of m, that of a name, are led away from.
func (o *guidanceOptions) weak(ctx context.Context, w *work, name string, m *vapo.Model, data dataset.Dataset) (*vapo.Model, error) {
	if o.steps == 0 {
		return w.load(name + pretrained.Weak)
	}
	c := imageBase(m.Config.Data)
	c.Batch, c.Steps, c.Omega = m.Config.Batch, o.steps, m.Config.Omega
	c.Warmup = min(c.Warmup, c.Steps/2)
	return w.train(ctx, c, data)
}

// draw draws along a guided flow and measures it.
func (o *guidanceOptions) draw(ctx context.Context, w *work, f *flow.Flow, steps func() (*flow.Sampler, error), weight float64, by *features) (guided, error) {
	name, err := keptName(f.Store, "guidance-%g-%d-%s", weight, o.samples, by.name)
	if err != nil {
		return guided{}, err
	}
	return kept(w.Out, name, func() (g guided, err error) {
		plain, err := steps()
		if err != nil {
			return g, err
		}
		real, err := by.training(ctx, w)
		if err != nil {
			return g, err
		}
		sampler, err := f.NewSampler(ctx, solver.Fixed{Tableau: solver.BogackiShampine, Grid: plain.Grid, Backend: f.Backend}, 0, 64)
		if err != nil {
			return g, err
		}
		drawn, got, err := by.drawn(ctx, sampler, f.Shape, o.samples, w.count(fmt.Sprintf("samples at weight %g", weight), o.samples))
		if err != nil {
			return g, err
		}
		g.NFE, g.First = drawn.NFE, drawn.First(shownGuided).Pixels
		g.Distances, err = measure.DistancesOf(ctx, real, got, o.part(by))
		return g, err
	})
}

// part is the size of the disjoint sets.
func (o *guidanceOptions) part(by *features) int { return min(o.samples, by.n) / measure.Parts }

// drawGuidance shows the first samples, a row for each weight.
func drawGuidance(p element.Page) error {
	return drawSheets(p, "guidance", shownGuided, "", func(model string) string {
		return "The first samples of pretrained:" + model + " from the same noise, a row for each weight of the table, from the top."
	})
}
