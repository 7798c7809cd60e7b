// Package baseline holds rivals of the method, on its own terms: the same network, data, batches, optimizer,
// clipping, moving average and training loop ([vapo.Train]); only what is learned and how differs.
//
//   - [VectorField] with [loss.Alignment] is conditional flow matching: u(x, s) of d outputs regresses the path's
//     conditional velocity, and need not be a gradient. On the straight path it is the "OT" path of Lipman et al.
//     (arXiv:2210.02747) without a coupling of noise and data.
//   - [ContrastiveDivergence] trains −Φ as the energy of a density exp(Φ)/Z, with negatives from [Langevin] chains:
//     the Markov-chain Monte Carlo (MCMC) inside the training of an energy-based model that the paper avoids.
//
// [Compare] trains them on ring8 at several learning rates and seeds, counts the runs that diverged, and measures
// the others: the energy distance of samples to fresh data, and the relative excess where there is an exact field.
package baseline
