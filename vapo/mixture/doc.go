// Package mixture holds the exact cases: data for which the optimal potential Φ*, its field
// u* = ∇Φ*, and the marginal density ρ̄(·; s) of the path have closed forms (THEORY §6). They are
// the oracle that training is measured against, and that tests of losses, solvers and densities use.
//
// The data is Σ π_k N(m_k, τ² I); with τ = 0 it is a set of points, such as a training set. On a
// path with coefficients μ, v in its clock s,
//
//	ρ̄(x; s) = Σ π_k N(x; μ m_k, V I),   V = v + μ²τ²,   V̇ = v̇ + 2μμ̇τ²,
//
// so that a mixture is a set of points on a wider path, and one formula serves both:
//
//	u*(x, s) = (V̇/2V) x + (λ/V) Σ r_k(x) m_k,   r_k ∝ π_k N(x; μ m_k, V I),   λ = V μ̇ − μ V̇/2,
//	Φ*(x, s) = (V̇/4V)‖x‖² + (λ/μ) log Σ π_k exp(μ e_k) + c(s),   e_k = (m_k·x − μ‖m_k‖²/2)/V.
//
// λ = V μ̇ − μ V̇/2 = v μ̇ − μ v̇/2 = μκ stays finite where κ does not, and the logarithm is taken so
// that dividing it by μ loses nothing as s → 0, where μ = 0.
//
// The flow leaves c(s) free. E_ρ̄ Φ* = 0 has no closed form for mixtures; here
//
//	c(s) = −¼ (d V̇ + 2μμ̇ Σ π_k‖m_k‖²) = −¼ d/ds E_ρ̄‖x‖²,
//
// which centres Φ* exactly for one Gaussian at every s, and for any data at s = 0.
//
// A mixture stays one under a linear measurement with Gaussian noise ([Mixture.Posterior]) and under multiplication ([Product]):
// the oracles of posterior sampling.
//
// [Excess] measures a trained potential against Φ*.
package mixture
