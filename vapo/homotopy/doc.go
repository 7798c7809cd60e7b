// Package homotopy holds the paths that carry noise to data.
//
// A data point x̄ and Gaussian noise ε ~ N(0, I) give, at clock s in [0, 1],
//
//	x = μ(s) x̄ + √v(s) ε,     so that ρ(x; x̄, s) = N(x; μ(s) x̄, v(s) I).
//
// At s = 0 the path is the prior N(0, ω² I); at s = 1 it is the approximate data
// likelihood, the data smoothed by a small Gaussian kernel.
//
// [Posterior], [Linear] and [Straight] run on the arc-length clock, in which √v falls
// linearly: √v = ω(1−cs). In the paper's own time t the [Posterior] path crosses half of
// its way at t = 1e-4 (σ = 0.01) and cannot be trained; on this clock all its
// coefficients are of order one. A change of clock leaves the flow of the optimal
// potential unchanged. [Timed] gives the paper's t(s) for axes and tables.
//
// Any other Gaussian path is a type with one method, At, or a [Path] by two functions.
// [List] has those that can be named on the command line, and [New] makes one.
package homotopy
