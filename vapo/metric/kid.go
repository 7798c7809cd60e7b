package metric

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// KIDOptions are the subsets that [KID] averages over; the zero value is the usual setting, 100 subsets of 1,000.
type KIDOptions struct {
	Subsets int    // how many; 0 is 100
	Size    int    // samples of each set in a subset, drawn without replacement; 0 is 1,000, or all where a set is smaller
	Seed    uint64 // of the draws: the same seed gives the same subsets
}

// KID is the kernel distance between features a [n, d] and b [m, d]: the mean, over random subsets, of the unbiased estimate of
// the squared maximum mean discrepancy
//
//	E k(x, x') + E k(y, y') − 2 E k(x, y),   k(x, y) = (x·y/d + 1)³
//
// (Bińkowski et al., arXiv:1801.01401), and its standard deviation from subset to subset (not the error of the mean). Unlike
// [FID] it has no bias in the number of samples, and can fall below zero where the sets have one distribution. It takes
// O(Subsets·Size²·d): about three minutes of one processor with 2,048 features. Fewer than two samples, a Size beyond either set
// and features that are not finite are errors; a cancelled context ends it between two subsets.
func KID(ctx context.Context, a, b *tensors.Tensor, opt KIDOptions) (mean, std float64, err error) {
	x, y, err := flattenPair("KID", "features a", a, "features b", b)
	if err != nil {
		return 0, 0, err
	}
	smaller := min(x.n, y.n)
	if opt.Subsets == 0 {
		opt.Subsets = 100
	}
	if opt.Size == 0 {
		opt.Size = min(1000, smaller)
	}
	if opt.Subsets < 1 || opt.Size < 2 || opt.Size > smaller {
		return 0, 0, fmt.Errorf("metric: KID: %d subsets of %d from sets of %d and %d samples; want at least one, of 2 to %d",
			opt.Subsets, opt.Size, x.n, y.n, smaller)
	}
	rng := rand.New(rand.NewPCG(opt.Seed, 0))
	distances := make([]float64, opt.Subsets)
	for i := range distances {
		if err := ctx.Err(); err != nil {
			return 0, 0, err
		}
		distances[i] = squaredMMD(subset(rng, x, opt.Size), subset(rng, y, opt.Size))
	}
	mean, std = stat.PopMeanStdDev(distances, nil)
	return mean, std, nil
}

// subset copies size rows of p, drawn without replacement.
func subset(rng *rand.Rand, p points, size int) points {
	s := points{n: size, d: p.d, flat: make([]float64, 0, size*p.d)}
	for _, i := range rng.Perm(p.n)[:size] {
		s.flat = append(s.flat, p.row(i)...)
	}
	return s
}

// squaredMMD is the unbiased estimate: pairs of one set leave out each sample with itself.
func squaredMMD(x, y points) float64 {
	n, m := float64(x.n), float64(y.n)
	return 2*kernelSum(x, x, true)/(n*(n-1)) + 2*kernelSum(y, y, true)/(m*(m-1)) - 2*kernelSum(x, y, false)/(n*m)
}

// kernelSum is Σ k(x_i, y_j) over all pairs or, for x = y, over those with i < j, in strips of bounded memory.
func kernelSum(x, y points, ordered bool) float64 {
	const strip = 128
	sum := 0.0
	xm, ym := x.matrix(), y.matrix()
	for i := 0; i < x.n; i += strip {
		end, from := min(i+strip, x.n), 0
		if ordered {
			from = i
		}
		var products mat.Dense
		products.Mul(xm.Slice(i, end, 0, x.d), ym.Slice(from, y.n, 0, y.d).T())
		for r := range end - i {
			row := products.RawRowView(r)
			if ordered {
				row = row[r+1:]
			}
			for _, product := range row {
				k := product/float64(x.d) + 1
				sum += k * k * k
			}
		}
	}
	return sum
}
