package paper

import (
	"context"
	"fmt"

	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/density"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// klSamples is how many samples each preset spends on the KL divergence: its error falls with their root.
func klSamples(preset string) int {
	switch preset {
	case "smoke":
		return 64
	case "cpu", "paper":
		return 32_768
	}
	return 8192
}

// measureKL fills in KL(ρ_Φ(·; s) ‖ ρ̄(·; s)), the quantity that the method minimises.
func (p *Plane) measureKL(ctx context.Context, m *vapo.Model, data mixture.Mixture, o PlaneOptions) error {
	if o.KLSamples == 0 || data.Std == 0 { // points have no density to compare with
		return nil
	}
	// Errors of the integration stay far below those of the estimate.
	kl, err := density.KL(ctx, &m.Flow, solver.Adaptive{RTol: 1e-4, ATol: 1e-4}, data, span(0, 1, 6), o.KLSamples, uint64(o.Seed)+1, nil)
	if err != nil {
		return fmt.Errorf("the KL divergence along the path: %w", err)
	}
	p.KL = kl
	return nil
}

// drawKL draws the divergence beside Figure 1.
func (p *Plane) drawKL(dir string, m *record.Manifest, about string) error {
	if len(p.KL.S) == 0 {
		return nil
	}
	f, err := figures.Lines(figures.LinesData{Panels: []figures.LinePanel{{
		X: "clock s", Y: "KL (nats)", Series: []figures.Series{{X: p.KL.S, Y: p.KL.Value, Spread: p.KL.StdErr}},
	}}})
	if err != nil {
		return err
	}
	last := len(p.KL.S) - 1
	return saveFigure(dir, m, "kl", f, fmt.Sprintf("KL divergence of the flow's density from the exact ρ̄(·; s) along the path, on scrambled Halton draws of the prior in float64, with its standard error over "+
		"the scramblings: %s nats at s = 1, %.2g without the 1 %% of the draws at each end. Off every mode by more than %g deviations: %s %% of the draws, %.2f %% of exact ones. %s.",
		uncertainty.Text(p.KL.Value[last], p.KL.StdErr[last]), p.KL.Trimmed[last], density.OffModeDeviations, uncertainty.Text(100*p.KL.OffMode[last], 100*p.KL.OffModeErr[last]), 100*p.KL.OffModeExact[last], about))
}
