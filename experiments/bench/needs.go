package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vapoflow/experiments/console"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo"
)

// presetResult names what was measured of a preset's network at a batch.
func presetResult(preset, precision string, batch int, backend string) string {
	return fmt.Sprintf("preset %s, %s, batch %d, %s", preset, precision, batch, backend)
}

// measurePreset times the network of Figure 2 at a preset, smaller batches first: a batch that does not fit is noted, and ends it.
func (o *stepOptions) measurePreset(ctx context.Context, w *work) error {
	if err := w.open(); err != nil {
		return err
	}
	choice := w.choice
	figure, err := paper.Lookup("fig2")
	if err != nil {
		return err
	}
	settings, err := figure.Settings(o.preset, paper.Recipes[0])
	if err != nil {
		return err
	}
	settings.Data, settings.Base = "drawn", "none" // neither costs a step
	w.run.Preset = o.preset
	table := record.Table{
		Caption: fmt.Sprintf("Training steps of Figure 2's network at preset %s on %s: median of %d after a warm-up; memory is the most that this process has held so far, on the host.", o.preset, choice.Name, o.steps),
		Header:  []string{"precision", "batch", "ms a step", "images a second", "GB", "core s a step", "core s for ∇Φ of an image"},
	}
	precisions := []string{"float32"}
	if o.half {
		precisions = append(precisions, "bfloat16")
	}
	for _, precision := range precisions {
		if precision != "float32" {
			half, err := paper.ParseSet("potential.bfloat16=true")
			if err == nil {
				err = settings.Apply([]paper.Change{half})
			}
			if err != nil {
				return err
			}
		}
		for _, batch := range slices.Sorted(slices.Values(o.batches)) {
			c := settings.Config
			c.Batch = batch
			w.Say("batch %d in %s: %d steps", batch, precision, o.steps)
			took, err := timeSteps(ctx, choice, c, o.steps)
			if ctx.Err() != nil {
				return err
			}
			if err != nil { // larger ones will not fit either
				w.Say("batch %d in %s was not measured: %s", batch, precision, console.OneLine(err))
				w.run.Note("Batch %d in %s was not measured: %s", batch, precision, console.OneLine(err))
				break
			}
			name, memory := presetResult(o.preset, precision, batch, choice.Name), float64(record.PeakMemory())/1e9
			w.run.Results[name+": ms a step"], w.run.Results[name+": GB"] = took.ms, memory
			w.run.Results[name+": core s a step"], w.run.Results[name+": core s an evaluation"] = took.step, took.evaluation
			table.Rows = append(table.Rows, []string{precision, fmt.Sprint(batch), fmt.Sprintf("%.1f", took.ms), fmt.Sprintf("%.0f", 1000*float64(batch)/took.ms), fmt.Sprintf("%.1f", memory),
				fmt.Sprintf("%.3g", took.step), fmt.Sprintf("%.3g", took.evaluation)})
		}
	}
	if len(table.Rows) == 0 {
		return errors.New("bench step: no batch could be measured; the notes of its record say why")
	}
	w.run.Tables = []record.Table{table}
	return nil
}

// StepCost is what a step of a training takes, as bench step left it on record.
type StepCost struct {
	MS, GB   float64 // time in ms, 0 where nothing was measured, and memory of the host
	From     int     // the batch that was measured: of another one it is scaled by the number of examples
	Manifest record.Manifest
}

// StepTime is the cost of a step of a preset's training in float32 on a backend, from the record below out: of that batch, else of the largest
// smaller one that was measured.
func StepTime(out, preset, backend string, batch int) (StepCost, error) {
	m, err := record.Read(filepath.Join(record.RunsDir(out), prefix+step.ID))
	if errors.Is(err, os.ErrNotExist) {
		return StepCost{}, nil
	}
	if err != nil {
		return StepCost{}, err
	}
	for from := batch; from > 0; from-- {
		name, factor := presetResult(preset, "float32", from, backend), float64(batch)/float64(from)
		if ms := m.Results[name+": ms a step"]; ms > 0 {
			return StepCost{factor * ms, factor * m.Results[name+": GB"], from, m}, nil
		}
	}
	return StepCost{}, nil
}

// Needs says in a line what a training of a preset takes on a backend: its steps, and the hours and memory that the record of bench step
// below out lets one expect.
func Needs(out, preset, backend string, c vapo.Config) (string, error) {
	cost, err := StepTime(out, preset, backend, c.Batch)
	if err != nil {
		return "", err
	}
	needs := fmt.Sprintf("preset %s trains %d steps of batch %d", preset, c.Steps, c.Batch)
	if cost.MS == 0 {
		return needs + fmt.Sprintf("; `experiments bench step --preset %s --batches %d` measures the hours on %s", preset, c.Batch, backend), nil
	}
	needs += fmt.Sprintf(": %s at %s a step and at most about %.1f GB of memory on %s (%s, %d cores; bench step of %s",
		span(cost.MS*float64(c.Steps)/1000), span(cost.MS/1000), cost.GB, backend, strings.TrimSpace(cost.Manifest.Hardware.CPU), cost.Manifest.Hardware.Cores, cost.Manifest.Started.Format("2006-01-02"))
	if cost.From != c.Batch {
		needs += fmt.Sprintf(", scaled from batch %d", cost.From)
	}
	return needs + ")", nil
}

// span is a time to three digits in a unit that suits it.
func span(seconds float64) string {
	for _, unit := range []struct {
		name string
		of   float64
	}{{"days", 86_400}, {"hours", 3600}, {"minutes", 60}, {"s", 1}} {
		if seconds >= 2*unit.of {
			return fmt.Sprintf("%.3g %s", seconds/unit.of, unit.name)
		}
	}
	return fmt.Sprintf("%.3g ms", 1000*seconds)
}
