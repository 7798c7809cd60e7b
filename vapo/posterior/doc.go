// Package posterior samples data given a measurement y = A x̄ + noise·ε, or given a composition of several potentials, with the
// one thing that a scalar potential has and a vector field has not: differences of energy. A sampler can accept and refuse by
// them, so that its draws follow the law of the Φ at hand whatever proposed them, be it a wrong guidance.
//
//	mask, err := posterior.Mask(known, y, 0.05)                                // y [1, shape...], known where true
//	p := &posterior.Posterior{Prior: posterior.Of(flow), Likelihood: mask}
//	guided, err := p.Guide(ctx, posterior.Guided{}, 8, seed)                   // fast, approximate
//	result, err := p.Sample(ctx, posterior.Chains{Seed: seed}, 8)              // corrected; result.Warnings says what its diagnostics find
//
// # Three ways
//
// [Posterior.Guide] is the guided flow: ∇Φ plus κ times the gradient of the likelihood at the denoised mean, an approximation
// (see [Guided]).
//
// [Posterior.Sample] runs Metropolis-adjusted Langevin, or Hamiltonian Monte Carlo, on log ρ̄(x; s) = (Φ − (μ̇/2μ)‖x‖²)/κ (THEORY
// §6) plus the log-likelihood, annealed from noise (s near 0) to the last level. With [Chains.Guide] the guided flow carries the
// chains from level to level, and Metropolis corrects it.
//
// # What is exact and what is not
//
// At the last level, s = s_end, the draws x/μ follow prior × likelihood, where the prior is the data smoothed by noise of
// deviation √v/μ, given as [Result.Smoothing], and the log-density is that of the Φ at hand. Towards s_end = 1 the smoothing
// vanishes and so does κ: errors of a trained Φ count 1/κ-fold, and where no data lies between modes Φ does not know their
// weights. For exact potentials take s_end = 1; for trained ones 0.8 to 0.9, with [Chains.Finish] to take the smoothing off along
// the guided flow.
//
// Chains that are only annealed keep the weights of modes that they had when these parted, which are those of a noisier level.
// [Chains.Exchange] keeps each chain on all levels at once and swaps neighbours, which weighs the modes right at the price of an
// evaluation for every level. For images it swaps never: levels lie too far apart in so many dimensions.
//
// # Reproducible
//
// Sample i is a function of (seed, i): batches are always whole, and each chain adapts its own steps.
package posterior
