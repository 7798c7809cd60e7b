package paper

import (
	"vapoflow/experiments/record"
	"vapoflow/figures"
)

// drawLossCurve draws a training's loss over its steps. Alignment is drawn without its factor ½, as
// E‖∇Φ − u_c‖²/d, beside its held-out value where there is one.
func drawLossCurve(dir string, m *record.Manifest, s Settings, name string, step, value []float64) error {
	panel := figures.LinePanel{X: "training step", Y: "energy loss per dimension"}
	factor := 1.0
	if s.Loss == "alignment" {
		factor, panel.LogY = 2, true
		panel.Y = "$E‖∇Φ − u_{c}‖^{2}/d$"
	}
	scaled := make([]float64, len(value))
	for i, v := range value {
		scaled[i] = factor * v
	}
	panel.Series = []figures.Series{{Name: "training batches", X: step, Y: scaled}}
	if v, ok := m.Results["held_out_alignment"]; ok && s.Loss == "alignment" {
		ends := []float64{step[0], step[len(step)-1]}
		start := m.Results["held_out_alignment_untrained"]
		panel.Series = append(panel.Series,
			figures.Series{Name: "held out, untrained", X: ends, Y: []float64{start, start}},
			figures.Series{Name: "held out, trained", X: ends, Y: []float64{v, v}})
	}
	f, err := figures.Lines(figures.LinesData{Panels: []figures.LinePanel{panel}})
	if err != nil {
		return err
	}
	return saveFigure(dir, m, name, f, "Loss of the training: "+s.about(m)+". Each point is a mean over 1/200 of the steps.")
}
