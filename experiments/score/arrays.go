package score

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/dataset"
	"vapoflow/vapo/density"
)

// arrays are all that is stored.
func (j *scoring) arrays() map[string]*tensors.Tensor {
	out := map[string]*tensors.Tensor{"grad": j.grad}
	for name, values := range j.columns {
		out[name] = tensors.FromFlatDataAndDimensions(values, len(values))
	}
	for name, v := range map[string]float64{
		"s": j.s, "mu": j.at.Mu, "v": j.at.V, "mu_dot": j.at.MuDot, "v_dot": j.at.VDot, "kappa": j.at.Kappa(),
		"mu_end": j.end.Mu, "v_end": j.end.V,
		"shift": j.scorer.Inversion.Shift, "amplification": j.scorer.Inversion.Amplification,
		"entropy_potential": j.scorer.EntropyPotential,
	} {
		out[name] = tensors.FromScalar(v)
	}
	out["references"] = tensors.FromScalar(int64(j.references))
	if j.withFlow {
		out["entropy_flow"] = tensors.FromScalar(j.scorer.EntropyFlow)
		out["nfe"] = tensors.FromScalar(int64(j.nfe))
	}
	if g, ok := j.by.data.(dataset.GaussianMixture); ok {
		weights, means, std := g.Mixture()
		out["weights"], out["means"], out["std"] = tensors.FromValue(weights), tensors.FromValue(means), tensors.FromScalar(std)
	}
	return out
}

// summary tells what came out.
func (j *scoring) summary() (lines []string) {
	add := func(format string, args ...any) { lines = append(lines, fmt.Sprintf(format, args...)) }
	add("energy, mean: %.4g at s = %g", density.Mean(j.columns["energy"]), j.s)
	about := "relative: its mean over the references is zero"
	if j.withFlow {
		about = "anchored to the flow at the references"
	}
	add("log-density by inversion, mean: %.4g nats at s = %g (%s; errors of Φ count %.3g-fold)",
		density.Mean(j.columns["log_density_potential"]), j.s, about, j.scorer.Inversion.Amplification)
	if !j.withFlow {
		return lines
	}
	how := "exact divergence"
	if j.probes > 0 {
		how = fmt.Sprintf("divergence by %d random probes", j.probes)
	}
	add("log-density by the flow, mean: %.4g nats at s = 1 (%s, %d evaluations)", density.Mean(j.columns["log_density_flow"]),
		how, j.nfe)
	return lines
}
