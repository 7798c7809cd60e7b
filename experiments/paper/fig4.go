package paper

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"

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
	compute:  computeFig4,
	draw:     drawFig4,
}

func computeFig4(ctx context.Context, w *work) error {
	m, err := w.trainImages(ctx)
	if err != nil {
		return err
	}
	arrays := map[string]*tensors.Tensor{}
	energies := map[string][]float64{}
	for _, split := range []string{"train", "test"} {
		data, err := w.Config.Open(w.DataRoot, split)
		if err != nil {
			return err
		}
		if energies[split], err = w.energies(ctx, m, data, w.Samples); err != nil {
			return err
		}
		arrays["energy_"+split] = vector(energies[split])
	}
	train, test := energies["train"], energies["test"]
	area, areaErr, err := metric.DeLong(train, test)
	if err != nil {
		return err
	}
	w.keep("energy_auroc", area, areaErr)
	meanTrain, errTrain := uncertainty.Mean(train)
	meanTest, errTest := uncertainty.Mean(test)
	sd := stat.StdDev(train, nil)
	w.keep("energy_shift", (meanTest-meanTrain)/sd, math.Hypot(errTrain, errTest)/sd)
	slices.Sort(train)
	slices.Sort(test)
	w.run.Results["energy_ks"] = stat.KolmogorovSmirnov(train, nil, test, nil)
	return w.run.Arrays(arraysOf(w.run.Element), arrays)
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

func drawFig4(dir string, m *record.Manifest) error {
	s, err := settingsOf(m)
	if err != nil {
		return err
	}
	r := readRecord(dir, arraysOf(m.Element))
	train, test := r.vector("energy_train"), r.vector("energy_test")
	if r.err != nil {
		return r.err
	}
	low, high := min(slices.Min(train), slices.Min(test)), max(slices.Max(train), slices.Max(test))
	f, err := figures.Lines(figures.LinesData{Panels: []figures.LinePanel{{
		X: "energy $−Φ(x, s)$", Y: "density",
		Series: []figures.Series{figures.Histogram("training images", train, low, high), figures.Histogram("held-out images", test, low, high)},
	}}})
	if err != nil {
		return err
	}
	return saveFigure(dir, m, m.Element, f, fmt.Sprintf("Energy −Φ at s = %g of %s training and %s held-out images placed on the path, recipe %s. "+
		"Kolmogorov–Smirnov distance %.3f (samples of one distribution pass %.3f in one case of twenty), AUROC %s (½: the two cannot be told apart), shift of the mean %s standard deviations. %s.",
		s.ScoreS, thousands(len(train)), thousands(len(test)), m.Recipe, m.Results["energy_ks"], 1.358*math.Sqrt(1/float64(len(train))+1/float64(len(test))),
		withError(m, "energy_auroc"), withError(m, "energy_shift"), s.about(m)))
}
