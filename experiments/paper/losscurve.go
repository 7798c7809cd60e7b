package paper

import (
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/vapo"
)

// lossLog adds the log of a model's training to the arrays: steps and the losses at them. A log that is lost costs its curve alone.
func (w *work) lossLog(m *vapo.Model, arrays map[string]*tensors.Tensor) {
	log, err := m.Log()
	if err != nil || len(log) == 0 {
		w.run.Note("No curve of the loss: the training's log is not there.")
		return
	}
	var steps, losses []float64
	for _, e := range log {
		steps, losses = append(steps, float64(e.Step)), append(losses, e.Loss)
	}
	arrays["log_step"], arrays["log_loss"] = vector(steps), vector(losses)
}

// drawLossCurve draws a training's loss over its steps. Alignment is drawn without its factor ½, as
// E‖∇Φ − u_c‖²/d, beside its held-out value where there is one.
func drawLossCurve(dir string, m *record.Manifest, s Settings, name string, step, value []float64) error {
	panel := figures.LinePanel{X: "training step", Y: "energy loss per dimension"}
	factor := 1.0
	if s.Loss == "alignment" {
		factor = 2
		panel.Y = "$E‖∇Φ − u_{c}‖^{2}/d$"
	}
	scaled := make([]float64, len(value))
	for i, v := range value {
		scaled[i] = factor * v
	}
	panel.Series = []figures.Series{{Name: "training batches", X: step, Y: scaled}, {Name: "their running mean", X: step, Y: figures.RunningMean(scaled)}}
	if v, ok := m.Results["held_out_alignment"]; ok && s.Loss == "alignment" {
		ends := []float64{step[0], step[len(step)-1]}
		start := m.Results["held_out_alignment_untrained"]
		panel.Series = append(panel.Series,
			figures.Series{Name: "held out, untrained", X: ends, Y: []float64{start, start}},
			figures.Series{Name: "held out, trained", X: ends, Y: []float64{v, v}})
	}
	panel.LogY = spreads(panel.Series)
	f, err := figures.Lines(figures.LinesData{Panels: []figures.LinePanel{panel}})
	if err != nil {
		return err
	}
	return saveFigure(dir, m, name, f, "Loss of the training: "+s.about(m)+". Each point is a mean over 1/200 of the steps.")
}

// spreads tells whether curves are better seen on a logarithmic axis: positive, over a factor of three.
func spreads(curves []figures.Series) bool {
	least, most := math.Inf(1), math.Inf(-1)
	for _, c := range curves {
		for _, y := range c.Y {
			least, most = min(least, y), max(most, y)
		}
	}
	return least > 0 && most > 3*least
}
