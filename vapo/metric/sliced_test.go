package metric

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/floats"
)

// A set moved by c is ‖c‖/√d away: exactly with a multiple of d projections, on average with others.
func TestSlicedWassersteinOfAShift(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for _, d := range []int{1, 2, 7} {
		x := must(flatten("x", normal(rng, 50, d, 0)))(t)
		moved := points{n: x.n, d: d, flat: append([]float64(nil), x.flat...)}
		c := make([]float64, d)
		for j := range c {
			c[j] = rng.NormFloat64()
		}
		for i := range moved.n {
			floats.Add(moved.row(i), c)
		}
		want := floats.Norm(c, 2) / math.Sqrt(float64(d))
		a, b := tensors.FromFlatDataAndDimensions(x.flat, x.n, d), tensors.FromFlatDataAndDimensions(moved.flat, x.n, d)
		if got := must(SlicedWasserstein(a, b, SlicedOptions{Projections: 3 * d}))(t); math.Abs(got-want) > 1e-13 {
			t.Errorf("d %d: %.15g, want %.15g", d, got, want)
		}
		if got := must(SlicedWasserstein(a, b, SlicedOptions{Projections: 1000, Seed: 7}))(t); math.Abs(got-want) > 0.1*want {
			t.Errorf("d %d, 1000 projections: %g, want about %g", d, got, want)
		}
		if got := must(SlicedWasserstein(a, a, SlicedOptions{}))(t); got != 0 {
			t.Errorf("d %d: a set is %g from itself", d, got)
		}
	}
}

// Centred Gaussians of deviations 1 and 3 are E_θ (3−1)² = 2² apart on every line.
func TestSlicedWassersteinOfGaussians(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	x, y := normal(rng, 20000, 3, 0), must(flatten("y", normal(rng, 15000, 3, 0)))(t)
	floats.Scale(3, y.flat)
	got := must(SlicedWasserstein(x, tensors.FromFlatDataAndDimensions(y.flat, y.n, 3), SlicedOptions{Projections: 30}))(t)
	if math.Abs(got-2) > 0.04 { // standard error: 3/√(2·15,000·3) of the larger deviation
		t.Errorf("got %g, want 2", got)
	}
}

// Sets of two sizes, by repeating each point so that both have n·m: the same distribution, and a distance by pairs.
func TestSquaredWassersteinOfTwoSizes(t *testing.T) {
	x, y := []float64{-1, 0.5, 4}, []float64{0, 1, 2, 2, 7}
	want := 0.0
	for level := range 15 {
		want += math.Pow(x[level/5]-y[level/3], 2) / 15
	}
	if got := squaredWasserstein(x, y); math.Abs(got-want) > 1e-14 {
		t.Errorf("got %g, want %g", got, want)
	}
}

// Directions are of unit length, orthogonal in groups of d, uniform (E θ_j⁴ = 3/d(d+2)), and of a seed.
func TestDirections(t *testing.T) {
	const d, n = 5, 20000
	directions := sphere(d, n, 1)
	fourth := 0.0
	for i, v := range directions {
		for _, u := range directions[i-i%d : i] {
			if math.Abs(floats.Dot(u, v)) > 1e-14 {
				t.Fatalf("direction %d is not orthogonal to those of its group", i)
			}
		}
		if math.Abs(floats.Norm(v, 2)-1) > 1e-14 {
			t.Fatalf("direction %d has length %g", i, floats.Norm(v, 2))
		}
		fourth += math.Pow(v[i%d], 4) / n
	}
	if want := 3. / (d * (d + 2)); math.Abs(fourth-want) > 0.03*want {
		t.Errorf("E θ⁴ is %g, want %g", fourth, want)
	}
	if floats.Equal(directions[0], sphere(d, 1, 2)[0]) || !floats.Equal(directions[0], sphere(d, 1, 1)[0]) {
		t.Error("directions do not follow the seed")
	}
}

func TestSlicedWassersteinErrors(t *testing.T) {
	x := tensors.FromValue([][]float64{{1}, {2}})
	_, err := SlicedWasserstein(x, x, SlicedOptions{Projections: -1})
	refused(t, err, "-1 projections")
	_, err = SlicedWasserstein(x, tensors.FromValue([][]float64{{1, 2}}), SlicedOptions{})
	refused(t, err, "points x have 1 dimensions, points y 2")
}
