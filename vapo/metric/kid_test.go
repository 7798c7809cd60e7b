package metric

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"
)

// mmd is the definition, pair by pair.
func mmd(x, y points) float64 {
	mean := func(a, b points, same bool) float64 {
		sum, count := 0.0, 0.0
		for i := range a.n {
			for j := range b.n {
				if same && i == j {
					continue
				}
				dot := 0.0
				for k, v := range a.row(i) {
					dot += v * b.row(j)[k]
				}
				sum += math.Pow(dot/float64(a.d)+1, 3)
				count++
			}
		}
		return sum / count
	}
	return mean(x, x, true) + mean(y, y, true) - 2*mean(x, y, false)
}

// Sets longer than a strip, of two sizes, against the definition.
func TestSquaredMMD(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	x := must(flatten("x", normal(rng, 300, 3, 0)))(t)
	y := must(flatten("y", normal(rng, 131, 3, 0.5)))(t)
	if got, want := squaredMMD(x, y), mmd(x, y); math.Abs(got-want) > 1e-12*want {
		t.Errorf("squaredMMD %.15g, by pairs %.15g", got, want)
	}
}

// The estimate has no bias: over many small sets its mean is, in one dimension and for N(0, 1) against N(c, 1), the closed form
// of E(xx'+1)³ + E(yy'+1)³ − 2 E(xy+1)³ = 3(m₁−m₁')² + 3(m₂−m₂')² + (m₃−m₃')² of raw moments m, within four standard errors; the
// biased estimate, with its diagonal, would be 4.8 off with no shift at all.
func TestKIDIsUnbiased(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	for _, c := range []float64{0, 0.7} {
		want := 3*c*c + 3*math.Pow(c*c, 2) + math.Pow(c*c*c+3*c, 2)
		var estimates []float64
		for range 4000 {
			kid, std, err := KID(t.Context(), normal(rng, 10, 1, 0), normal(rng, 10, 1, c), KIDOptions{Subsets: 1})
			if err != nil || std != 0 {
				t.Fatal(std, err)
			}
			estimates = append(estimates, kid)
		}
		mean, sd := stat.MeanStdDev(estimates, nil)
		if se := sd / math.Sqrt(4000); math.Abs(mean-want) > 4*se {
			t.Errorf("shift %g: mean %.3f ± %.3f, want %.3f", c, mean, se, want)
		}
	}
}

// Subsets: the same seed draws the same, another others; their mean is near that of the whole.
func TestKIDSubsets(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	x, y := normal(rng, 400, 4, 0), normal(rng, 300, 4, 0.5)
	whole := squaredMMD(must(flatten("x", x))(t), must(flatten("y", y))(t))
	a, stdA, err := KID(t.Context(), x, y, KIDOptions{Size: 100, Seed: 1})
	a = must(a, err)(t)
	b, stdB, err := KID(t.Context(), x, y, KIDOptions{Size: 100, Seed: 1})
	b = must(b, err)(t)
	c, _, err := KID(t.Context(), x, y, KIDOptions{Size: 100, Seed: 2})
	c = must(c, err)(t)
	if a != b || stdA != stdB || a == c {
		t.Errorf("seeds 1, 1, 2 give %g, %g, %g", a, b, c)
	}
	if math.Abs(a-whole) > 4*stdA/math.Sqrt(100) || stdA == 0 {
		t.Errorf("mean of subsets %g, deviation %g; of the whole %g", a, stdA, whole)
	}
}

func TestKIDErrors(t *testing.T) {
	x := tensors.FromValue([][]float64{{1}, {2}, {3}})
	_, _, err := KID(t.Context(), x, tensors.FromValue([][]float64{{1}}), KIDOptions{})
	refused(t, err, "from sets of 3 and 1 samples")
	_, _, err = KID(t.Context(), x, x, KIDOptions{Size: 4})
	refused(t, err, "100 subsets of 4")
	_, _, err = KID(t.Context(), x, x, KIDOptions{Subsets: -1})
	refused(t, err, "-1 subsets")
	_, _, err = KID(t.Context(), x, tensors.FromValue([][]float64{{1, 2}}), KIDOptions{})
	refused(t, err, "features a have 1 dimensions, features b 2")
}
