package metric

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"
)

// rotation is a random orthogonal matrix.
func rotation(rng *rand.Rand, d int) *mat.Dense {
	var qr mat.QR
	g := mat.NewDense(d, d, nil)
	for i := range d {
		for j := range d {
			g.Set(i, j, rng.NormFloat64())
		}
	}
	qr.Factorize(g)
	var q mat.Dense
	qr.QTo(&q)
	return &q
}

// covariance is Q diag(λ) Qᵀ.
func covariance(q *mat.Dense, eigenvalues []float64) *mat.SymDense {
	d, _ := q.Dims()
	var product mat.Dense
	product.Mul(q, mat.NewDiagDense(d, eigenvalues))
	product.Mul(&product, q.T())
	s := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			s.SetSym(i, j, (product.At(i, j)+product.At(j, i))/2)
		}
	}
	return s
}

// Covariances of one basis have the distance ‖Δμ‖² + Σ (√λ_i − √λ'_i)², singular or not, of one range or of others.
func TestFIDOfGaussiansOfOneBasis(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	d := 40
	full, few, rest, steep := make([]float64, d), make([]float64, d), make([]float64, d), make([]float64, d)
	for i := range d {
		full[i] = 1 + rng.Float64()
		steep[i] = math.Exp(-float64(i)) // down to 1e-17: what lies below rounding is cut
		if i < 7 {
			few[i] = 1 + rng.Float64()
		} else {
			rest[i] = 1 + rng.Float64()
		}
	}
	zero := make([]float64, d)
	spectra := map[string][]float64{"full": full, "few": few, "rest": rest, "steep": steep, "zero": zero}
	q := rotation(rng, d)
	for nameA, a := range spectra {
		for nameB, b := range spectra {
			meanA, meanB := make([]float64, d), make([]float64, d)
			want := 0.0
			for i := range d {
				meanA[i], meanB[i] = rng.NormFloat64(), rng.NormFloat64()
				want += math.Pow(meanA[i]-meanB[i], 2) + math.Pow(math.Sqrt(a[i])-math.Sqrt(b[i]), 2)
			}
			ma := momentsOf(100, meanA, covariance(q, a))
			mb := momentsOf(50, meanB, covariance(q, b))
			got := must(FID(ma, mb))(t)
			// An eigenvalue below rounding, 1e-16, is a deviation of 1e-8 that no covariance holds.
			if math.Abs(got-want) > 2e-7*want {
				t.Errorf("%s to %s: FID %.12g, want %.12g", nameA, nameB, got, want)
			}
		}
	}
}

// Two bases: in the plane tr (ΣΣ')^½ = √(tr ΣΣ' + 2 √det ΣΣ').
func TestFIDOfGaussiansInThePlane(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 0))
	for range 20 {
		a := covariance(rotation(rng, 2), []float64{rng.Float64(), rng.Float64()})
		b := covariance(rotation(rng, 2), []float64{rng.Float64(), 10 * rng.Float64()})
		var ab mat.Dense
		ab.Mul(a, b)
		want := mat.Trace(a) + mat.Trace(b) - 2*math.Sqrt(mat.Trace(&ab)+2*math.Sqrt(mat.Det(&ab)))
		zero := []float64{0, 0}
		got := must(FID(momentsOf(9, zero, a), momentsOf(9, zero, b)))(t)
		if math.Abs(got-want) > 1e-12 {
			t.Errorf("FID %.14g, want %.14g", got, want)
		}
	}
}

// The distance of a set to itself is zero to rounding, also with fewer samples than features or with features that repeat, and
// FID(a, b) = FID(b, a) ≥ 0.
func TestFIDIsADistance(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	x, y := normal(rng, 30, 80, 5), normal(rng, 60, 80, 5)
	one := tensors.FromValue([][]float64{{1, 2}, {1, 2}, {1, 2}})
	for name, set := range map[string]*tensors.Tensor{"few": x, "more": y, "one point": one} {
		m := moments(t, set)
		if got := must(FID(m, m))(t); !(got >= 0 && got < 1e-10) {
			t.Errorf("%s: FID to itself is %g", name, got)
		}
	}
	there, back := must(FID(moments(t, x), moments(t, y)))(t), must(FID(moments(t, y), moments(t, x)))(t)
	if math.Abs(there-back) > 1e-10 || there < 1 {
		t.Errorf("FID %g one way, %g the other", there, back)
	}
}

func TestFIDErrors(t *testing.T) {
	one := moments(t, tensors.FromValue([][]float64{{1, 2}}))
	_, err := FID(one, moments(t, tensors.FromValue([][]float64{{1, 2}, {3, 4}})))
	refused(t, err, "sets of 1 and 2 samples")
	_, err = FID(one, NewMoments(3))
	refused(t, err, "of 2 and of 3 dimensions")
}
