package metric

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/floats"
)

// SlicedOptions are the projections of [SlicedWasserstein].
type SlicedOptions struct {
	Projections int    // how many; 0 is 128, and a multiple of d leaves least to chance
	Seed        uint64 // of their directions
}

// SlicedWasserstein is the sliced 2-Wasserstein distance between points x [n, d...] and y [m, d...], in their unit,
//
//	(E_θ W₂(θ·x, θ·y)²)^½,   θ uniform on the sphere
//
// (Bonneel et al., J. Math. Imaging Vis. 51, 2015), where W₂ on the line is exact, by sorting, for sets of any sizes. Directions
// are drawn orthogonal to each other, d at a time, which keeps each uniform and their mean less noisy: the distance of a set to
// itself moved by c is ‖c‖/√d, exactly so for a multiple of d projections. Two finite sets of one distribution are some way
// apart: print the distance of two sets of data beside that of samples to data. It takes O(Projections·((n+m)(d + log(n+m)) +
// d²)).
func SlicedWasserstein(x, y *tensors.Tensor, opt SlicedOptions) (float64, error) {
	px, py, err := flattenPair("SlicedWasserstein", "points x", x, "points y", y)
	if err != nil {
		return 0, err
	}
	if opt.Projections == 0 {
		opt.Projections = 128
	}
	if opt.Projections < 1 {
		return 0, fmt.Errorf("metric: SlicedWasserstein: %d projections; want at least one", opt.Projections)
	}
	directions := sphere(px.d, opt.Projections, opt.Seed)
	squared := make([]float64, opt.Projections)
	parallel(opt.Projections, func(from, to int) {
		for i := from; i < to; i++ {
			squared[i] = squaredWasserstein(project(px, directions[i]), project(py, directions[i]))
		}
	})
	return math.Sqrt(floats.Sum(squared) / float64(opt.Projections)), nil
}

// sphere draws unit vectors of d dimensions, each orthogonal to those before it in its group of d. Gram–Schmidt runs twice:
// once leaves errors where the last of a group has little room.
func sphere(d, n int, seed uint64) [][]float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	vectors := make([][]float64, n)
	for i := range vectors {
		v := make([]float64, d)
		for j := range v {
			v[j] = rng.NormFloat64()
		}
		for range 2 {
			for _, u := range vectors[i-i%d : i] {
				floats.AddScaled(v, -floats.Dot(u, v), u)
			}
		}
		floats.Scale(1/floats.Norm(v, 2), v)
		vectors[i] = v
	}
	return vectors
}

// project is θ·p for each point, ascending.
func project(p points, direction []float64) []float64 {
	line := make([]float64, p.n)
	for i := range line {
		line[i] = floats.Dot(p.row(i), direction)
	}
	slices.Sort(line)
	return line
}

// squaredWasserstein is ∫₀¹ (F⁻¹ − G⁻¹)² between two sorted sets, whose quantile functions step at multiples of 1/n and 1/m.
// Levels are counted in units of 1/(nm), which makes steps meet exactly.
func squaredWasserstein(x, y []float64) float64 {
	n, m := len(x), len(y)
	sum, level := 0.0, 0
	for i, j := 0, 0; i < n && j < m; {
		next := min((i+1)*m, (j+1)*n)
		difference := x[i] - y[j]
		sum += float64(next-level) * difference * difference
		level = next
		if level == (i+1)*m {
			i++
		}
		if level == (j+1)*n {
			j++
		}
	}
	return sum / (float64(n) * float64(m))
}
