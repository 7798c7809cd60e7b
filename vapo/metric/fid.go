package metric

import (
	"fmt"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// FID is the Fréchet distance between Gaussians with the moments of two sets of features, in squared units of the features,
//
//	‖μ_a − μ_b‖² + tr Σ_a + tr Σ_b − 2 tr (Σ_a Σ_b)^½ ≥ 0
//
// (Heusel et al., arXiv:1706.08500, equation 6). It is a published FID only where the features are those of an [Extractor]
// that is Comparable and the sets are of the published sizes: its bias grows as sets shrink, to tens of units when there are
// fewer samples than features. Sets of fewer than two samples, and features of different sizes, are errors.
//
// The trace of the root is the sum of the singular values of A Bᵀ, where Σ_a = AᵀA and Σ_b = BᵀB are Cholesky factors with
// pivoting, cut at the covariance's numerical rank: nothing is negative or complex, and singular covariances cost no digits,
// where the eigenvalues of Σ_a Σ_b err by the square root of rounding. With 2,048 features it takes ten seconds of one
// processor, one second with 500 samples.
func FID(a, b *Moments) (float64, error) {
	if a.Dim() != b.Dim() {
		return 0, fmt.Errorf("metric: FID: features of %d and of %d dimensions: use one extractor", a.Dim(), b.Dim())
	}
	if a.n < 2 || b.n < 2 {
		return 0, fmt.Errorf("metric: FID: sets of %d and %d samples; want at least two of each, and thousands to mean much",
			a.n, b.n)
	}
	covA, covB := a.Covariance(), b.Covariance()
	root, err := traceRoot(covA, covB)
	if err != nil {
		return 0, err
	}
	shift := floats.Distance(a.mean, b.mean, 2)
	return max(0, shift*shift+mat.Trace(covA)+mat.Trace(covB)-2*root), nil
}

// traceRoot is tr (S T)^½ = ‖A Bᵀ‖₊, the nuclear norm, for S = AᵀA and T = BᵀB.
func traceRoot(s, t *mat.SymDense) (float64, error) {
	a, b := factor(s), factor(t)
	if a == nil || b == nil {
		return 0, nil
	}
	var product mat.Dense
	product.Mul(a, b.T())
	var svd mat.SVD
	if !svd.Factorize(&product, mat.SVDNone) {
		r, c := product.Dims()
		return 0, fmt.Errorf("metric: FID: the singular values of a %d×%d matrix did not converge: are features of very "+
			"different scales?", r, c)
	}
	return floats.Sum(svd.Values(nil)), nil
}

// factor is A [rank, d] with AᵀA = s, or nil where s is zero. Rows below rounding are left out: gonum cuts at d·ε·max s_ii.
func factor(s *mat.SymDense) *mat.Dense {
	var cholesky mat.PivotedCholesky
	cholesky.Factorize(s, -1)
	rank, d := cholesky.Rank(), s.SymmetricDim()
	if rank == 0 {
		return nil
	}
	upper, column := cholesky.RawU(), cholesky.ColumnPivots(nil)
	a := mat.NewDense(rank, d, nil)
	for i := range rank {
		for j := i; j < d; j++ {
			a.Set(i, column[j], upper.At(i, j))
		}
	}
	return a
}
