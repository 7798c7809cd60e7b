package paper

import (
	"math"

	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/vapo"
)

// losses is the log of a training: steps and the losses at them; none of a model that ships.
type losses struct{ Step, Loss []float64 }

func (l *losses) Arrays() record.Arrays {
	return record.Arrays{"log_step": record.Optional(&l.Step), "log_loss": record.Optional(&l.Loss)}
}

// lossLog reads the log of a model's training. One that is lost costs its curve alone.
func (t *trial) lossLog(m *vapo.Model) (l losses) {
	log, err := m.Log()
	if err != nil || len(log) == 0 {
		t.run.Note("No curve of the loss: the training's log is not there.")
	}
	for _, e := range log {
		l.Step, l.Loss = append(l.Step, float64(e.Step)), append(l.Loss, e.Loss)
	}
	return l
}

// draw draws a training's loss over its steps, where there are any. Alignment is drawn without its factor ½, as
// E‖∇Φ − u_c‖²/d, beside its held-out value where there is one.
func (l losses) draw(p element.Page, s Settings, name string) error {
	if len(l.Step) == 0 {
		return nil
	}
	panel := figures.LinePanel{X: "training step", Y: "energy loss per dimension"}
	factor := 1.0
	if s.Loss == "alignment" {
		factor = 2
		panel.Y = "$E‖∇Φ − u_{c}‖^{2}/d$"
	}
	scaled := make([]float64, len(l.Loss))
	for i, v := range l.Loss {
		scaled[i] = factor * v
	}
	panel.Series = []figures.Series{{Name: "training batches", X: l.Step, Y: scaled},
		{Name: "their running mean", X: l.Step, Y: figures.RunningMean(scaled)}}
	if v, ok := p.Results["held_out_alignment"]; ok && s.Loss == "alignment" {
		ends := []float64{l.Step[0], l.Step[len(l.Step)-1]}
		start := p.Results["held_out_alignment_untrained"]
		panel.Series = append(panel.Series,
			figures.Series{Name: "held out, untrained", X: ends, Y: []float64{start, start}},
			figures.Series{Name: "held out, trained", X: ends, Y: []float64{v, v}})
	}
	panel.LogY = spreads(panel.Series)
	return p.Lines(name, "Loss of the training: "+s.about(p.Manifest)+". Each point is a mean over 1/200 of the steps.", panel)
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
