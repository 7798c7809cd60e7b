package paper

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
)

// Save writes the arrays to path as .npz, in float64. Whoever has them can compute the exact field
// again, from means, std and the homotopy's coefficients mu, v, mu_dot and v_dot at s; which homotopy it is stands in the manifest.
func (p *Plane) Save(path string) error {
	q := p.Excess.Quarters
	arrays := map[string]*tensors.Tensor{
		"s": vector(p.S), "mu": vector(p.Mu), "v": vector(p.V), "mu_dot": vector(p.MuDot), "v_dot": vector(p.VDot),
		"points": stack(p.Points), "field": stack(p.Field), "field_exact": stack(p.FieldExact),
		"grid": pairs(p.Grid), "grid_field": stack(p.GridField), "grid_field_exact": stack(p.GridExact),
		"path_s": vector(p.PathS), "paths": stack(p.Paths), "paths_exact": stack(p.PathsExact),
		"density_x": vector(p.Density.X), "density_y": vector(p.Density.Y), "density": matrix(p.Density.Values),
		"means": matrix(p.Means), "std": number(p.Std),
		"relative_excess": number(p.Excess.Overall), "relative_excess_quarters": vector(q[:]),
		"relative_excess_err": number(p.Excess.StdErr), "relative_excess_quarters_err": vector(p.Excess.QuartersStdErr[:]),
		"nfe": number(float64(p.NFE)), "end_error": number(p.EndError), "end_error_err": number(p.EndErrorErr),
	}
	if len(p.T) > 0 {
		arrays["t"] = vector(p.T)
	}
	if len(p.KL.S) > 0 {
		for name, values := range p.klArrays() {
			arrays[name] = vector(*values)
		}
	}
	return record.WriteArrays(path, arrays)
}

// klArrays names what is kept of the KL divergence.
func (p *Plane) klArrays() map[string]*[]float64 {
	return map[string]*[]float64{
		"kl_s": &p.KL.S, "kl": &p.KL.Value, "kl_err": &p.KL.StdErr, "kl_trimmed": &p.KL.Trimmed,
		"kl_off_mode": &p.KL.OffMode, "kl_off_mode_err": &p.KL.OffModeErr, "kl_off_mode_exact": &p.KL.OffModeExact,
	}
}

// LoadPlane reads what [Plane.Save] wrote.
func LoadPlane(dir, file string) (*Plane, error) {
	r := readRecord(dir, file)
	p := &Plane{
		S:      r.vector("s"),
		Points: r.stack("points"), Field: r.stack("field"), FieldExact: r.stack("field_exact"),
		Grid: r.pairs("grid"), GridField: r.stack("grid_field"), GridExact: r.stack("grid_field_exact"),
		PathS: r.vector("path_s"), Paths: r.stack("paths"), PathsExact: r.stack("paths_exact"),
		Density: figures.Grid{X: r.vector("density_x"), Y: r.vector("density_y"), Values: r.matrix("density")},
		Means:   r.matrix("means"), Std: r.number("std"),
		NFE: int(r.number("nfe")), EndError: r.number("end_error"),
	}
	p.Excess.Overall = r.number("relative_excess")
	copy(p.Excess.Quarters[:], r.vector("relative_excess_quarters"))
	if r.has("t") {
		p.T = r.vector("t")
	}
	if r.has("mu") { // older records name the homotopy by a number
		p.Mu, p.V, p.MuDot, p.VDot = r.vector("mu"), r.vector("v"), r.vector("mu_dot"), r.vector("v_dot")
	}
	if r.has("relative_excess_err") {
		p.Excess.StdErr, p.EndErrorErr = r.number("relative_excess_err"), r.number("end_error_err")
		copy(p.Excess.QuartersStdErr[:], r.vector("relative_excess_quarters_err"))
	}
	if r.has("kl_off_mode_exact") {
		for name, values := range p.klArrays() {
			*values = r.vector(name)
		}
	}
	return p, r.err
}

// Draw draws Figure 1: the learned field over the exact one at each clock value, and below them the
// errors, after the sentence about what was trained.
func (p *Plane) Draw(about string) (*figures.Figure, error) {
	d := figures.FieldData{Density: p.Density, PathS: p.PathS, Caption: p.caption(about)}
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

func (p *Plane) caption(about string) string {
	q, e := p.Excess.Quarters, p.Excess.QuartersStdErr
	return fmt.Sprintf("%s. Relative excess $E‖∇Φ − ∇Φ*‖^{2} / E‖∇Φ*‖^{2}$: %s overall; %s, %s, %s and %s in the quarters of $s$. "+
		"Particles end %s (rms) from where the exact flow takes them, after %d evaluations. "+
		"Away from ρ̄(·; $s$) nothing is trained, and the arrows may differ.",
		about, percent(p.Excess.Overall, p.Excess.StdErr), percent(q[0], e[0]), percent(q[1], e[1]), percent(q[2], e[2]), percent(q[3], e[3]), uncertainty.Text(p.EndError, p.EndErrorErr), p.NFE)
}

// percent writes a share with the digits that its error allows.
func percent(share, stdErr float64) string { return uncertainty.Text(100*share, 100*stdErr) + " %" }
