// Package density gives log-densities and scores of inputs from a trained potential Φ(x, s), whose flow dx/ds = ∇Φ carries
// the prior q = N(0, ω² I) at s = 0 to the data at s = 1 (THEORY §6, §8). All values are in nats, all clocks s in [0, 1].
//
// All take a [flow.Flow], such as &m.Flow of a trained model m. Points x are tensors [n, shape...]; float64 points are computed
// in float64 throughout, with the weights widened; results are float64 on the host.
//
// # Two densities
//
// By the flow: the change of variables along dx/ds = ∇Φ, exact for any Φ up to the solver's tolerance, normalised,
//
//	log ρ_Φ(x(s)) = log q(x(0)) − ∫₀ˢ ΔΦ ds.                         [LogDensity]
//
// By inversion: at the optimum Φ is itself a log-density on its path, at the price of one evaluation,
//
//	log ρ̄(x; s) = (Φ − (μ̇/2μ)‖x‖² − c)/κ,   κ = v(μ̇/μ − v̇/2v).    [Invert, Inversion.LogDensity]
//
// c(s) is unknown to the flow and is anchored at reference points; errors of Φ are amplified by 1/κ, which grows large towards
// s = 1 and is reported. The two agree where Φ is optimal, and their difference measures how far it is from that.
//
// # The Laplacian
//
// ΔΦ = ∇·∇Φ is [Exact], one Hessian-vector product for each of up to 32 dimensions, or [Hutchinson]'s estimate by random
// probes, whose standard error is reported for each input. Both unroll their products in the graph: compilation grows with
// their number. [Laplacian] gives ΔΦ itself.
//
// # Scores
//
// [Scorer] gives, at one s, the energy −Φ, the score norm ‖∇log ρ̄‖, both log-densities and their typicality, in batches of one
// padded size, so that any number of inputs can be streamed through one executable. x is scored as it stands: to ask how
// likely data is on its path at an interior s, place it there first (μx, or μx + √v ε).
//
// # Against the truth
//
// [KL] is the Kullback–Leibler divergence of the flow's density from the exact ρ̄(·; s) of a mixture, the quantity that
// training minimises.
package density
