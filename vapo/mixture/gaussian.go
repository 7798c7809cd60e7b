package mixture

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"vapoflow/vapo/homotopy"
)

// Gaussian is data N(m, Σ) with any covariance, whose exact potential is a quadratic form. It is
// evaluated on the host in float64: the reference for potentials built on a Gaussian.
type Gaussian struct {
	mean      []float64
	basis     *mat.Dense // Q: eigenvectors of Σ as columns
	variances []float64  // λ: eigenvalues of Σ
}

// NewGaussian decomposes the covariance Σ = QΛQᵀ, which must be positive semi-definite and of the
// mean's dimension.
func NewGaussian(mean []float64, covariance mat.Symmetric) (Gaussian, error) {
	if covariance.SymmetricDim() != len(mean) {
		return Gaussian{}, fmt.Errorf("mixture: a mean of %d dimensions with a covariance of %d", len(mean), covariance.SymmetricDim())
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		return Gaussian{}, fmt.Errorf("mixture: the covariance has no eigen-decomposition; does it hold NaN or infinite values?")
	}
	g := Gaussian{mean: mean, basis: new(mat.Dense), variances: eigen.Values(nil)}
	eigen.VectorsTo(g.basis)
	if least, most := g.variances[0], g.variances[len(mean)-1]; least < -1e-12*most {
		return Gaussian{}, fmt.Errorf("mixture: the covariance must be positive semi-definite, got the eigenvalue %g", least)
	}
	return g, nil
}

// Potential is the centred Φ*(x) where the path has coefficients c (THEORY §6): with
// C_i = v + μ²λ_i, a_i = (v̇ + 2μμ̇λ_i)/(2C_i) and y = Qᵀ(x − μm),
//
//	Φ* = μ̇ m·(x − μm) + ½ Σ a_i (y_i² − C_i).
func (g Gaussian) Potential(x []float64, c homotopy.Values) float64 {
	phi := 0.0
	for i, m := range g.mean {
		phi += c.MuDot * m * (x[i] - c.Mu*m)
	}
	y := g.rotate(x, c)
	for i := range y {
		variance, rate := g.axis(i, c)
		phi += rate * (y[i]*y[i] - variance) / 2
	}
	return phi
}

// Field is ∇Φ*(x) = μ̇ m + Q(a∘y).
func (g Gaussian) Field(x []float64, c homotopy.Values) []float64 {
	y := g.rotate(x, c)
	for i := range y {
		_, rate := g.axis(i, c)
		y[i] *= rate
	}
	var field mat.VecDense
	field.MulVec(g.basis, mat.NewVecDense(len(y), y))
	for i, m := range g.mean {
		field.SetVec(i, field.AtVec(i)+c.MuDot*m)
	}
	return field.RawVector().Data
}

// rotate is y = Qᵀ(x − μm).
func (g Gaussian) rotate(x []float64, c homotopy.Values) []float64 {
	centred := mat.NewVecDense(len(x), nil)
	for i, m := range g.mean {
		centred.SetVec(i, x[i]-c.Mu*m)
	}
	var y mat.VecDense
	y.MulVec(g.basis.T(), centred)
	return y.RawVector().Data
}

// axis is C_i and a_i.
func (g Gaussian) axis(i int, c homotopy.Values) (variance, rate float64) {
	variance = c.V + c.Mu*c.Mu*g.variances[i]
	return variance, (c.VDot + 2*c.Mu*c.MuDot*g.variances[i]) / (2 * variance)
}
