package measure

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"

	"vapoflow/internal/uncertainty"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
	"vapoflow/vapo/metric/inception"
)

// KeptRows bounds the features that stay in memory for KID, precision and recall.
const KeptRows = 10_000

// Features are the features of a set: moments of all, and the first [KeptRows] rows.
type Features struct {
	Moments *metric.Moments
	rows    []float32
	dim     int
}

// FeaturesOf streams the first n images of a set, or all of a smaller one, through the extractor. A classifier sees them resized
// to 32×32. tell is told how many are done.
func FeaturesOf(ctx context.Context, by metric.Extractor, data dataset.Dataset, n int, tell func(done int)) (Features, error) {
	s := Features{metric.NewMoments(by.Dim()), nil, by.Dim()}
	if _, resizes := by.(*inception.Extractor); !resizes {
		var err error
		if data, err = dataset.Treated(data, dataset.Resize(32)); err != nil {
			return s, err
		}
	}
	info := data.Info()
	n = AtMost(n, info)
	const chunk = 256
	for from := 0; from < n; from += chunk {
		if err := ctx.Err(); err != nil {
			return s, err
		}
		count := min(chunk, n-from)
		values, err := dataset.ReadRange(data, from, count)
		if err != nil {
			return s, err
		}
		features, err := by.Features(tensors.FromFlatDataAndDimensions(values, append([]int{count}, info.Shape...)...))
		if err != nil {
			return s, err
		}
		if err := s.Moments.Add(features); err != nil {
			return s, err
		}
		if len(s.rows) < KeptRows*s.dim {
			rows := tensors.MustCopyFlatData[float32](features)
			s.rows = append(s.rows, rows[:min(len(rows), KeptRows*s.dim-len(s.rows))]...)
		}
		features.MustFinalizeAll()
		tell(from + count)
	}
	return s, nil
}

// part are the features of the k-th n images, [n, dim].
func (s Features) part(k, n int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(s.rows[k*n*s.dim:][:n*s.dim], n, s.dim)
}

// Parts is the number of disjoint sets that images are measured in, so that their spread is known: subsets that share
// images have none, and smaller ones another bias.
const Parts = 4

// Spread is a mean over disjoint sets and the standard deviation between them.
type Spread struct{ Mean, SD float64 }

func (s Spread) String() string { return uncertainty.Text(s.Mean, s.SD) }

// Distances are of a set of images to the training images: of all of them, and of its parts.
type Distances struct {
	All                             float64 // Fréchet distance
	Frechet, KID, Precision, Recall Spread  // of the parts
}

// DistancesOf measures features against real ones, and those of [Parts] disjoint sets of size images, which must be in memory.
func DistancesOf(ctx context.Context, real, got Features, size int) (d Distances, err error) {
	if rows := min(len(real.rows), len(got.rows)) / got.dim; size < 1 || Parts*size > rows {
		return d, fmt.Errorf("measure: %d disjoint sets of %d images need the features of as many; there are those of %d", Parts, size, rows)
	}
	if d.All, err = metric.FID(real.Moments, got.Moments); err != nil {
		return d, err
	}
	var frechet, kid, precision, recall [Parts]float64
	for k := range Parts {
		part, reference := got.part(k, size), real.part(k, size)
		moments := metric.NewMoments(got.dim)
		if err := moments.Add(part); err != nil {
			return d, err
		}
		if frechet[k], err = metric.FID(real.Moments, moments); err != nil {
			return d, err
		}
		if kid[k], _, err = metric.KID(ctx, reference, part, metric.KIDOptions{Subsets: 1, Size: size}); err != nil {
			return d, err
		}
		if precision[k], recall[k], err = metric.PrecisionRecall(ctx, reference, part, 0); err != nil {
			return d, err
		}
	}
	d.Frechet, d.KID, d.Precision, d.Recall = spreadOf(frechet), spreadOf(kid), spreadOf(precision), spreadOf(recall)
	return d, nil
}

func spreadOf(x [Parts]float64) Spread {
	mean, sd := stat.MeanStdDev(x[:], nil)
	return Spread{mean, sd}
}
