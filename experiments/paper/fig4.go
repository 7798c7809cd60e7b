package paper

import (
	"context"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo/metric"
)

// fig4 is the histogram of the energy −Φ on training and on held-out images. A model that has not learned its training images by
// heart gives both the same. Samples counts the images of each.
var fig4 = steps{
	settings: imageSettings("cifar10", [4]int{64, 1024, 10_000, 10_000}),
	standIn:  "drawn",
	claim:    imageClaim("cifar10", "same protocol, smaller scale"),
	results: withTraining(
		element.Result("energy_ks", "Kolmogorov–Smirnov distance of the energies of train and test", "", "%.3f"),
		element.Result("energy_auroc", "AUROC of the energy, test against train", "", "%.3f"),
		element.Result("energy_shift", "shift of the mean energy", "standard deviations", "%.2g"),
	),
	compute: computeFig4,
	draw:    element.Of(drawFig4),
}

// histogram are the energies of the images of both splits.
type histogram struct{ Train, Test []float64 }

func (h *histogram) Arrays() record.Arrays {
	return record.Arrays{"energy_train": &h.Train, "energy_test": &h.Test}
}

func computeFig4(ctx context.Context, t *trial) (element.Data, error) {
	m, err := t.trainImages(ctx)
	if err != nil {
		return nil, err
	}
	var h histogram
	for split, to := range map[string]*[]float64{"train": &h.Train, "test": &h.Test} {
		data, err := t.open(split)
		if err != nil {
			return nil, err
		}
		tell := t.counter("energies of "+data.Info().Name, measure.AtMost(t.Samples, data.Info()))
		if *to, err = measure.Energies(ctx, &m.Flow, data, t.ScoreS, t.Samples, t.Seed, tell); err != nil {
			return nil, err
		}
	}
	area, areaErr, err := metric.DeLong(h.Train, h.Test)
	if err != nil {
		return nil, err
	}
	t.run.Keep("energy_auroc", area, areaErr)
	meanTrain, errTrain := uncertainty.Mean(h.Train)
	meanTest, errTest := uncertainty.Mean(h.Test)
	sd := stat.StdDev(h.Train, nil)
	t.run.Keep("energy_shift", (meanTest-meanTrain)/sd, math.Hypot(errTrain, errTest)/sd)
	t.run.Results["energy_ks"] = stat.KolmogorovSmirnov(slices.Sorted(slices.Values(h.Train)), nil,
		slices.Sorted(slices.Values(h.Test)), nil)
	return &h, nil
}

func drawFig4(p element.Page, h *histogram) error {
	s, err := settingsOf(p)
	if err != nil {
		return err
	}
	low, high := min(slices.Min(h.Train), slices.Min(h.Test)), max(slices.Max(h.Train), slices.Max(h.Test))
	return p.Lines(p.Element, fmt.Sprintf("Energy −Φ at s = %g of %s training and %s held-out images placed on the path, "+
		"recipe %s. "+
		"Kolmogorov–Smirnov distance %.3f (samples of one distribution pass %.3f in one case of twenty), AUROC %s (½: the two "+
		"cannot be told apart), shift of the mean %s standard deviations. %s.",
		s.ScoreS, thousands(len(h.Train)), thousands(len(h.Test)), p.Recipe, p.Results["energy_ks"],
		1.358*math.Sqrt(1/float64(len(h.Train))+1/float64(len(h.Test))),
		p.Result("energy_auroc"), p.Result("energy_shift"), s.about(p.Manifest)), figures.LinePanel{
		X: "energy $−Φ(x, s)$", Y: "density",
		Series: []figures.Series{figures.Histogram("training images", h.Train, low, high),
			figures.Histogram("held-out images", h.Test, low, high)},
	})
}
