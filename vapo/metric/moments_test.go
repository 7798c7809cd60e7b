package metric

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// slice is rows from to to of x.
func slice(t *testing.T, x *tensors.Tensor, from, to int) *tensors.Tensor {
	p := must(flatten("x", x))(t)
	return tensors.FromFlatDataAndDimensions(p.flat[from*p.d:to*p.d], to-from, p.d)
}

// Whatever the batches, the moments are those of the whole set, as gonum computes them in two passes; a
// mean of 1e6 spreads leaves them their digits. d = 300 spans two panels.
func TestMomentsOfBatches(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for _, d := range []int{1, 3, 300} {
		for _, shift := range []float64{0, 1e6} {
			x := normal(rng, 50, d, shift)
			p := must(flatten("x", x))(t)
			var covariance mat.SymDense
			stat.CovarianceMatrix(&covariance, p.matrix(), nil)

			batches := moments(t, slice(t, x, 0, 1), slice(t, x, 1, 30), slice(t, x, 30, 50))
			for name, m := range map[string]*Moments{"batches": batches, "at once": moments(t, x)} {
				if m.N() != 50 || m.Dim() != d {
					t.Fatalf("%s: N %d, Dim %d", name, m.N(), m.Dim())
				}
				tolerance := 1e-14 + shift*1e-15 // of the inputs' own rounding
				for j, mean := range m.Mean() {
					if want := stat.Mean(mat.Col(nil, j, p.matrix()), nil); math.Abs(mean-want) > tolerance {
						t.Errorf("%s, d %d, shift %g: mean[%d] %g, want %g", name, d, shift, j, mean, want)
					}
				}
				if got := m.Covariance(); !mat.EqualApprox(got, &covariance, 1e-13+shift*1e-14) {
					t.Errorf("%s, d %d, shift %g: covariance differs from that of the whole", name, d, shift)
				}
			}
		}
	}
}

func TestMomentsErrors(t *testing.T) {
	m := moments(t, normal(rand.New(rand.NewPCG(3, 0)), 20, 2, 1))
	before := m.Covariance()
	refused(t, m.Add(tensors.FromValue([][]float64{{1, 2, 3}})), "features have 3 dimensions, those before had 2")
	refused(t, m.Add(tensors.FromValue([][]float64{{1, 2}, {1, math.NaN()}})), "row 1 holds NaN")
	refused(t, m.Add(tensors.FromValue([]float32{1, 2})), "want [n, d...]")
	refused(t, m.Add(tensors.FromValue([][]int32{{1, 2}})), "want float32 or float64")
	refused(t, m.Add(nil), "no tensor")
	if m.N() != 20 || !mat.Equal(m.Covariance(), before) {
		t.Error("refused batches left a trace")
	}
}
