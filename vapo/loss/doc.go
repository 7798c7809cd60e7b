// Package loss holds estimators of one loss, the Deep Ritz energy of THEORY §4,
//
//	L[Φ] = E_s { ½ E‖∇Φ‖² + ½ E_x̄ Cov(Φ, γ) } = ½ E‖∇Φ − ∇Φ*‖² + const,
//
// whose minimum is the optimal potential Φ*. [Covariance] is the paper's, [VarianceReduced]
// has the same mean without its 1/v noise, and [Alignment] is the same after integration by
// parts, up to a constant: the default for training. [Averaged] is Alignment with less noise where data are dense.
package loss
