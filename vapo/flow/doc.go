// Package flow is a potential on a path with its weights: the one noun that training, sampling, densities, posteriors, exact
// cases and figures share. Its flow dx/ds = ∇Φ(x, s) carries the prior N(0, ω² I) at s = 0 to the data at s = 1 (THEORY §2).
//
// A [Flow] is filled in by hand, or is part of a trained model m, as &m.Flow:
//
//	f := &flow.Flow{Backend: b, Homotopy: path, Potential: phi, Shape: []int{2}, Store: weights}
//	phi, grad, err := f.Evaluate(x, 0.5)                        // Φ [n] and ∇Φ [n, shape...] at one s in [0, 1]
//	solution, err := f.Sample(ctx, solver.Adaptive{}, 1, 0, 100) // samples 0 to 99 of seed 1
//
// What holds for all of it:
//
//   - Points are tensors [n, shape...] in float32 or float64, and what comes back has their dtype: weights are widened to it. Other
//     shapes and dtypes are an error that names the given and the wanted one.
//   - Any number of batch shapes n: each is compiled once and kept. Fewer are faster.
//   - A weight that the potential needs and the store lacks is an error, and never drawn at random.
//   - The store is read and never changed: weights are copied at first use, for each dtype. Set Store or Backend to others and the next
//     call uses them.
//   - A sample is a function of (seed, index) alone, and by a [Sampler] to the last bit, whoever draws it.
//   - It may be used concurrently, while no field is set.
package flow
