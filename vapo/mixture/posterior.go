package mixture

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// Conditional is a mixture Σ Weights[k] N(Means[k], Covariance) whose components share any covariance: what
// [Mixture.Posterior] makes of one whose components are round.
type Conditional struct {
	Weights     []float64     // [n], sum 1; a component that y excludes may have 0
	Means       [][]float64   // [n][d]
	Covariance  *mat.SymDense // [d, d], positive semi-definite
	LogEvidence float64       // log p(y) under the prior, nats

	factor *mat.Dense // F with FFᵀ = Covariance
}

// Posterior is the law of the data x̄ after the measurement y = A x̄ + noise·ε, ε ~ N(0, I), in closed form. A is [m, d], y has
// m numbers and noise is a standard deviation > 0. With K = τ²Aᵀ(τ²AAᵀ + noise² I)⁻¹, each component stays Gaussian,
//
//	N(m_k + K(y − A m_k), τ²(I − KA)),   with weights ∝ π_k N(y; A m_k, τ²AAᵀ + noise² I),
//
// whose sum over k is the evidence p(y).
func (m Mixture) Posterior(a mat.Matrix, y []float64, noise float64) (Conditional, error) {
	rows, columns := a.Dims()
	if columns != m.Dim() || rows != len(y) {
		return Conditional{}, fmt.Errorf("mixture: a measurement of %d numbers by a matrix of %d×%d, of data with %d "+
			"dimensions; the matrix must be %d×%d", len(y), rows, columns, m.Dim(), len(y), m.Dim())
	}
	if !(noise > 0) || math.IsInf(noise, 0) {
		return Conditional{}, fmt.Errorf("mixture: the measurement's noise must be a positive standard deviation, got %g", noise)
	}
	variance := m.Std * m.Std
	spread := mat.NewSymDense(rows, nil) // S = τ²AAᵀ + noise² I
	spread.SymOuterK(variance, mat.DenseCopyOf(a))
	for i := range rows {
		spread.SetSym(i, i, spread.At(i, i)+noise*noise)
	}
	var cholesky mat.Cholesky
	if !cholesky.Factorize(spread) {
		return Conditional{}, fmt.Errorf("mixture: the covariance of the measurement is not positive definite; does A hold " +
			"NaN or infinite values?")
	}
	var gain mat.Dense // Kᵀ = τ²S⁻¹A
	if err := cholesky.SolveTo(&gain, a); err != nil {
		return Conditional{}, fmt.Errorf("mixture: the measurement's noise %g is too small beside A: %w", noise, err)
	}
	gain.Scale(variance, &gain)

	c := Conditional{Weights: make([]float64, len(m.Means)), Means: make([][]float64, len(m.Means))}
	for k, mean := range m.Means {
		residual := mat.NewVecDense(rows, nil)
		residual.MulVec(a, mat.NewVecDense(len(mean), mean))
		residual.SubVec(mat.NewVecDense(rows, y), residual)
		var solved, shift mat.VecDense
		if err := cholesky.SolveVecTo(&solved, residual); err != nil {
			return Conditional{}, fmt.Errorf("mixture: the measurement's noise %g is too small beside A: %w", noise, err)
		}
		c.Weights[k] = math.Log(m.weight(k)) - mat.Dot(residual, &solved)/2 - (cholesky.LogDet()+float64(rows)*math.Log(2*math.Pi))/2
		shift.MulVec(gain.T(), residual)
		shift.AddVec(&shift, mat.NewVecDense(len(mean), mean))
		c.Means[k] = shift.RawVector().Data
	}
	c.LogEvidence = normalise(c.Weights)
	c.Covariance = shrink(m.Dim(), variance, &gain, a)
	var err error
	c.factor, err = factor(c.Covariance)
	return c, err
}

// shrink is τ²(I − KA), [d, d], made symmetric to the last bit.
func shrink(d int, variance float64, gainT *mat.Dense, a mat.Matrix) *mat.SymDense {
	var ka mat.Dense
	ka.Mul(gainT.T(), a)
	out := mat.NewSymDense(d, nil)
	for i := range d {
		for j := i; j < d; j++ {
			v := -variance * (ka.At(i, j) + ka.At(j, i)) / 2
			if i == j {
				v += variance
			}
			out.SetSym(i, j, v)
		}
	}
	return out
}

// factor is F with FFᵀ = covariance, which may be singular.
func factor(covariance *mat.SymDense) (*mat.Dense, error) {
	var eigen mat.EigenSym
	if !eigen.Factorize(covariance, true) {
		return nil, fmt.Errorf("mixture: the posterior's covariance has no eigen-decomposition; does A hold NaN or infinite " +
			"values?")
	}
	var f mat.Dense
	eigen.VectorsTo(&f)
	f.Apply(func(_, j int, v float64) float64 { return v * math.Sqrt(max(0, eigen.Values(nil)[j])) }, &f)
	return &f, nil
}

// normalise turns logarithms into weights of sum 1 and returns the logarithm of their sum.
func normalise(logs []float64) float64 {
	most := math.Inf(-1)
	for _, l := range logs {
		most = max(most, l)
	}
	sum := 0.0
	for k, l := range logs {
		logs[k] = math.Exp(l - most)
		sum += logs[k]
	}
	for k := range logs {
		logs[k] /= sum
	}
	return most + math.Log(sum)
}

// Sample draws n points [n][d]. Point i is a function of (seed, i) alone.
func (c Conditional) Sample(n int, seed uint64) [][]float64 {
	x := make([][]float64, n)
	for i := range x {
		r := source(seed, i)
		mean := c.Means[draw(c.Weights, r)]
		noise := mat.NewVecDense(len(mean), nil)
		for j := range mean {
			noise.SetVec(j, r.NormFloat64())
		}
		var point mat.VecDense
		point.MulVec(c.factor, noise)
		point.AddVec(&point, mat.NewVecDense(len(mean), mean))
		x[i] = point.RawVector().Data
	}
	return x
}

// Moments are the mean [d] and covariance [d, d] of the whole mixture.
func (c Conditional) Moments() (mean []float64, covariance *mat.SymDense) {
	d := len(c.Means[0])
	mean = make([]float64, d)
	for k, m := range c.Means {
		for j, v := range m {
			mean[j] += c.Weights[k] * v
		}
	}
	covariance = mat.NewSymDense(d, nil)
	covariance.CopySym(c.Covariance)
	for k, m := range c.Means {
		away := mat.NewVecDense(d, nil)
		away.SubVec(mat.NewVecDense(d, m), mat.NewVecDense(d, mean))
		covariance.SymRankOne(covariance, c.Weights[k], away)
	}
	return mean, covariance
}

// LogDensity is log p(x | y) at a point x [d], normalised, in nats. It is −∞ or NaN where the data is a set of points.
func (c Conditional) LogDensity(x []float64) float64 {
	var cholesky mat.Cholesky
	if !cholesky.Factorize(c.Covariance) {
		return math.NaN()
	}
	logs := make([]float64, len(c.Means))
	for k, m := range c.Means {
		away := mat.NewVecDense(len(x), nil)
		away.SubVec(mat.NewVecDense(len(x), x), mat.NewVecDense(len(x), m))
		var solved mat.VecDense
		_ = cholesky.SolveVecTo(&solved, away) // its condition was judged by Factorize
		logs[k] = math.Log(c.Weights[k]) - mat.Dot(away, &solved)/2 - (cholesky.LogDet()+float64(len(x))*math.Log(2*math.Pi))/2
	}
	return normalise(logs)
}

// Nearest is the component whose mean is nearest to x [d]: the mode that a sample belongs to where modes are apart.
func Nearest(means [][]float64, x []float64) int {
	best, least := 0, math.Inf(1)
	for k, m := range means {
		distance := 0.0
		for j := range x {
			distance += (x[j] - m[j]) * (x[j] - m[j])
		}
		if distance < least {
			best, least = k, distance
		}
	}
	return best
}

// Product is the mixture ∝ a(x)·b(x) and log ∫ a b, in nats. Both must have a standard deviation above zero and one dimension.
// With 1/τ² = 1/τ_a² + 1/τ_b² its component (j, k) is
//
//	N(τ²(m_j/τ_a² + n_k/τ_b²), τ² I),   with weight ∝ π_j ρ_k N(m_j; n_k, (τ_a² + τ_b²) I).
//
// Components of less than 1e-300 of the weight are dropped.
func Product(a, b Mixture) (Mixture, float64, error) {
	for _, m := range []Mixture{a, b} {
		if err := m.check(); err != nil {
			return Mixture{}, 0, err
		}
	}
	if a.Dim() != b.Dim() || a.Std == 0 || b.Std == 0 {
		return Mixture{}, 0, fmt.Errorf("mixture: a product needs one dimension and standard deviations above 0, got "+
			"dimensions %d and %d and deviations %g and %g", a.Dim(), b.Dim(), a.Std, b.Std)
	}
	va, vb := a.Std*a.Std, b.Std*b.Std
	var logs []float64
	var means [][]float64
	for j, m := range a.Means {
		for k, n := range b.Means {
			mean, squares := make([]float64, len(m)), 0.0
			for i := range m {
				squares += (m[i] - n[i]) * (m[i] - n[i])
				mean[i] = (m[i]*vb + n[i]*va) / (va + vb)
			}
			logs = append(logs, math.Log(a.weight(j))+math.Log(b.weight(k))-squares/(2*(va+vb))-float64(len(m))/2*math.Log(2*math.Pi*(va+vb)))
			means = append(means, mean)
		}
	}
	total := normalise(logs)
	out := Mixture{Std: math.Sqrt(va * vb / (va + vb))}
	for k, w := range logs {
		if w > 1e-300 {
			out.Weights, out.Means = append(out.Weights, w), append(out.Means, means[k])
		}
	}
	return out, total, out.check()
}
