package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/metric"
)

// fig4 is the histogram of the energy −Φ on training and on held-out images. A model that has not learned its training images by heart
// gives both the same. Samples counts the images of each.
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

func computeFig4(ctx context.Context, w *work) (element.Data, error) {
	m, err := w.trainImages(ctx)
	if err != nil {
		return nil, err
	}
	var h histogram
	for split, to := range map[string]*[]float64{"train": &h.Train, "test": &h.Test} {
		data, err := w.Config.Open(w.DataRoot, split)
		if err != nil {
			return nil, err
		}
		if *to, err = w.energies(ctx, m, data, w.Samples); err != nil {
			return nil, err
		}
	}
	area, areaErr, err := metric.DeLong(h.Train, h.Test)
	if err != nil {
		return nil, err
	}
	w.run.Keep("energy_auroc", area, areaErr)
	meanTrain, errTrain := uncertainty.Mean(h.Train)
	meanTest, errTest := uncertainty.Mean(h.Test)
	sd := stat.StdDev(h.Train, nil)
	w.run.Keep("energy_shift", (meanTest-meanTrain)/sd, math.Hypot(errTrain, errTest)/sd)
	w.run.Results["energy_ks"] = stat.KolmogorovSmirnov(slices.Sorted(slices.Values(h.Train)), nil, slices.Sorted(slices.Values(h.Test)), nil)
	return &h, nil
}

// energies are −Φ(x, s) at the settings' clock for the first n images, each placed on the path as μx̄ + √v ε with noise of its own.
func (w *work) energies(ctx context.Context, m *vapo.Model, data dataset.Dataset, n int) ([]float64, error) {
	info := data.Info()
	if info.Len > 0 {
		n = min(n, info.Len)
	}
	path, err := m.Coefficients(w.ScoreS)
	if err != nil {
		return nil, err
	}
	const batch = 32
	size := info.Size()
	dims := append([]int{batch}, info.Shape...)
	tell := w.counter("energies of "+info.Name, n)
	var out []float64
	for from := 0; from < n; from += batch {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		x := make([]float32, batch*size)
		for row := range batch {
			i := min(from+row, n-1) // the last batch repeats its last image, so that one executable serves all
			if err := data.Read(i, x[row*size:][:size]); err != nil {
				return nil, err
			}
			placeOnPath(path, x[row*size:][:size], w.Seed, uint64(i))
		}
		phi, grad, err := m.Evaluate(tensors.FromFlatDataAndDimensions(x, dims...), w.ScoreS)
		if err != nil {
			return nil, err
		}
		for _, v := range tensors.MustCopyFlatData[float32](phi)[:min(batch, n-from)] {
			out = append(out, -float64(v))
		}
		phi.MustFinalizeAll()
		grad.MustFinalizeAll()
		tell(min(from+batch, n))
	}
	return out, nil
}

// placeOnPath makes the data x̄ in x to μx̄ + √v ε, with noise that is a function of (seed, stream).
func placeOnPath(at homotopy.Values, x []float32, seed int64, stream uint64) {
	mu, sd := float32(at.Mu), float32(at.Sd())
	noise := rand.New(rand.NewPCG(uint64(seed), stream))
	for j := range x {
		x[j] = mu*x[j] + sd*float32(noise.NormFloat64())
	}
}

func drawFig4(p element.Page, h *histogram) error {
	s, err := settingsOf(p)
	if err != nil {
		return err
	}
	low, high := min(slices.Min(h.Train), slices.Min(h.Test)), max(slices.Max(h.Train), slices.Max(h.Test))
	return p.Lines(p.Element, fmt.Sprintf("Energy −Φ at s = %g of %s training and %s held-out images placed on the path, recipe %s. "+
		"Kolmogorov–Smirnov distance %.3f (samples of one distribution pass %.3f in one case of twenty), AUROC %s (½: the two cannot be told apart), shift of the mean %s standard deviations. %s.",
		s.ScoreS, thousands(len(h.Train)), thousands(len(h.Test)), p.Recipe, p.Results["energy_ks"], 1.358*math.Sqrt(1/float64(len(h.Train))+1/float64(len(h.Test))),
		p.Result("energy_auroc"), p.Result("energy_shift"), s.about(p.Manifest)), figures.LinePanel{
		X: "energy $−Φ(x, s)$", Y: "density",
		Series: []figures.Series{figures.Histogram("training images", h.Train, low, high), figures.Histogram("held-out images", h.Test, low, high)},
	})
}
