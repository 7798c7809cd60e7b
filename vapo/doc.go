// Package vapo trains a scalar potential Φ(x, s) whose gradient flow dx/ds = ∇Φ carries a
// Gaussian prior to the data (variational potential flow, arXiv:2407.15238), samples it and
// scores with it.
//
// # The method
//
// A homotopy joins noise ε to a data point x̄: x = μ(s) x̄ + √v(s) ε, with the prior at s = 0 and the
// data, slightly smoothed, at s = 1. The optimal potential moves the mixture of these paths; it is
// the minimum of the energy loss
//
//	L[Φ] = E_s { ½ E‖∇Φ‖² + ½ E_x̄ Cov(Φ, γ) },     L[Φ] − L* = ½ E‖∇Φ − ∇Φ*‖²,
//
// with γ the normalised innovation. No sampling chain runs inside the training, and any ODE solver
// draws samples afterwards. −Φ is an energy.
//
// # The way of the data
//
//	dataset   examples by index, batches as a function of (seed, step)
//	homotopy  Draw places them on the path: x with data, noise, clock and coefficients
//	potential Φ and ∇Φ at x
//	loss      the energy loss of that point, by one of three estimators
//	Train     the gradient of a gradient, Adam, the moving average of the weights
//	Model     the trained flow: Evaluate, Field, Sample (package flow)
//	solver    integrates the field from s = 0 to s = 1
//	mixture   the exact answer, wherever the data is a mixture or a set of points
//
// Read train.go and model.go for the whole of it. THEORY in comments is docs/THEORY.md, the mathematics
// with its numbers.
package vapo
