package measure

import (
	"fmt"
	"math"

	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo/density"
)

// Arrays are the plane's, in float64. Whoever has them can compute the exact field again, from means, std and the homotopy's
// coefficients mu, v, mu_dot and v_dot at s; which homotopy it is stands in the manifest.
func (p *Plane) Arrays() record.Arrays {
	return record.Arrays{
		"s": &p.S, "t": record.Optional(&p.T),
		// older records have no coefficients
		"mu": record.Optional(&p.Mu), "v": record.Optional(&p.V), "mu_dot": record.Optional(&p.MuDot), "v_dot": record.Optional(&p.VDot),
		"points": &p.Points, "field": &p.Field, "field_exact": &p.FieldExact,
		"grid": &p.Grid, "grid_field": &p.GridField, "grid_field_exact": &p.GridExact,
		"path_s": &p.PathS, "paths": &p.Paths, "paths_exact": &p.PathsExact,
		"density_x": &p.Density.X, "density_y": &p.Density.Y, "density": &p.Density.Values,
		"means": &p.Means, "std": &p.Std,
		"relative_excess": &p.Excess.Overall, "relative_excess_quarters": &p.Excess.Quarters,
		"relative_excess_err": record.Optional(&p.Excess.StdErr), "relative_excess_quarters_err": record.Optional(&p.Excess.QuartersStdErr),
		"nfe": &p.NFE, "end_error": &p.EndError, "end_error_err": record.Optional(&p.EndErrorErr),
		"kl_s": record.Optional(&p.KL.S), "kl": record.Optional(&p.KL.Value), "kl_err": record.Optional(&p.KL.StdErr),
		"kl_trimmed":  record.Optional(&p.KL.Trimmed),
		"kl_off_mode": record.Optional(&p.KL.OffMode), "kl_off_mode_err": record.Optional(&p.KL.OffModeErr),
		"kl_off_mode_exact": record.Optional(&p.KL.OffModeExact),
	}
}

// Draw draws Figure 1: the learned field over the exact one at each clock value, and below them the
// errors, after the sentence about what was trained.
func (p *Plane) Draw(about string) (*figures.Figure, error) {
	d := figures.FieldData{Density: p.Density, PathS: p.PathS, Caption: p.Caption(about)}
	for k, s := range p.S {
		column := figures.FieldColumn{S: s, T: math.NaN()}
		if len(p.T) > 0 {
			column.T = p.T[k]
		}
		d.Columns = append(d.Columns, column)
	}
	for _, row := range []struct {
		name  string
		field [][]pair
		paths [][]pair
	}{{"learned ∇Φ", p.GridField, p.Paths}, {"exact ∇Φ*", p.GridExact, p.PathsExact}} {
		filled := figures.FieldRow{Name: row.name, Paths: row.paths}
		for k := range p.S {
			filled.Arrows = append(filled.Arrows, figures.Arrows{At: p.Grid, Vector: row.field[k]})
		}
		d.Rows = append(d.Rows, filled)
	}
	return figures.Field(d)
}

// Caption is that of the figure.
func (p *Plane) Caption(about string) string {
	q, e := p.Excess.Quarters, p.Excess.QuartersStdErr
	return fmt.Sprintf("%s. Relative excess $E‖∇Φ − ∇Φ*‖^{2} / E‖∇Φ*‖^{2}$: %s overall; %s, %s, %s and %s in the "+
		"quarters of $s$. Particles end %s (rms) from where the exact flow takes them, after %d evaluations. "+
		"Away from ρ̄(·; $s$) nothing is trained, and the arrows may differ.",
		about, percent(p.Excess.Overall, p.Excess.StdErr), percent(q[0], e[0]), percent(q[1], e[1]), percent(q[2], e[2]),
		percent(q[3], e[3]), uncertainty.Text(p.EndError, p.EndErrorErr), p.NFE)
}

// KLCurve is the divergence against s with its caption; nil where it was not measured.
func (p *Plane) KLCurve(about string) (panel *figures.LinePanel, caption string) {
	last := len(p.KL.OffModeExact) - 1 // the oldest records have the divergence alone
	if last < 0 {
		return nil, ""
	}
	caption = fmt.Sprintf("KL divergence of the flow's density from the exact ρ̄(·; s) along the path, on scrambled Halton "+
		"draws of the prior in float64, with its standard error over "+
		"the scramblings: %s nats at s = 1, %.2g without the 1 %% of the draws at each end. Off every mode by more than %g "+
		"deviations: %s %% of the draws, %.2f %% of exact ones. %s.",
		uncertainty.Text(p.KL.Value[last], p.KL.StdErr[last]), p.KL.Trimmed[last], density.OffModeDeviations,
		uncertainty.Text(100*p.KL.OffMode[last], 100*p.KL.OffModeErr[last]), 100*p.KL.OffModeExact[last], about)
	return &figures.LinePanel{X: "clock s", Y: "KL (nats)", Series: []figures.Series{{X: p.KL.S, Y: p.KL.Value,
		Spread: p.KL.StdErr}}}, caption
}

// percent writes a share with the digits that its error allows.
func percent(share, stdErr float64) string { return uncertainty.Text(100*share, 100*stdErr) + " %" }
