package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
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
const presetResult = "preset %s, batch %d, %s"

// measurePreset times the network of Figure 2 at a preset, smaller batches first: a batch that does not fit is noted, and ends it.
func (o *stepOptions) measurePreset(ctx context.Context, w *work) error {
	choice, err := w.backend()
	if err != nil {
		return err
	}
	figure, err := paper.Lookup("fig2")
	if err != nil {
		return err
	}
	settings, err := figure.Settings(o.preset, paper.Recipes[0])
	if err != nil {
		return err
	}
	c := settings.Config
	c.Data, c.Base = "drawn", "none" // neither costs a step
	w.run.Preset = o.preset
	table := record.Table{
		Caption: fmt.Sprintf("Training steps of %s at preset %s on %s, float32: median of %d after a warm-up; memory is the most that this process has held, on the host.", "Figure 2's network", o.preset, choice.Name, o.steps),
		Header:  []string{"batch", "ms a step", "images a second", "GB"},
	}
	for _, batch := range slices.Sorted(slices.Values(o.batches)) {
		c.Batch = batch
		w.Say("batch %d: %d steps", batch, o.steps)
		ms, err := timeSteps(ctx, choice, c, o.steps)
		if ctx.Err() != nil {
			return err
		}
		if err != nil {
			w.Say("batch %d was not measured: %s", batch, console.OneLine(err))
			w.run.Note("Batch %d was not measured: %s", batch, console.OneLine(err))
			break
		}
		name, memory := fmt.Sprintf(presetResult, o.preset, batch, choice.Name), float64(record.PeakMemory())/1e9
		w.run.Results[name+": ms a step"], w.run.Results[name+": GB"] = ms, memory
		table.Rows = append(table.Rows, []string{fmt.Sprint(batch), fmt.Sprintf("%.1f", ms), fmt.Sprintf("%.0f", 1000*float64(batch)/ms), fmt.Sprintf("%.1f", memory)})
	}
	if len(table.Rows) == 0 {
		return errors.New("bench step: no batch could be measured; the notes of its record say why")
	}
	w.run.Tables = []record.Table{table}
	return nil
}

// StepTime is the time in ms of a step of a preset's training on a backend, and the host memory in GB, as bench step left them on record
// below out: of that batch, or scaled by examples from the largest batch measured, as scaled says. It is 0 where nothing was measured.
func StepTime(out, preset, backend string, batch int) (ms, memory float64, scaled int, m record.Manifest, err error) {
	m, err = record.Read(filepath.Join(paper.RunsDir(out), prefix+step.ID))
	if errors.Is(err, os.ErrNotExist) {
		return 0, 0, 0, m, nil
	}
	if err != nil {
		return 0, 0, 0, m, err
	}
	from := 0
	for b := 1; b <= batch; b *= 2 {
		if m.Results[fmt.Sprintf(presetResult, preset, b, backend)+": ms a step"] > 0 {
			from = b
		}
	}
	if m.Results[fmt.Sprintf(presetResult, preset, batch, backend)+": ms a step"] > 0 {
		from = batch
	}
	if from == 0 {
		return 0, 0, 0, m, nil
	}
	name, factor := fmt.Sprintf(presetResult, preset, from, backend), float64(batch)/float64(from)
	if from != batch {
		scaled = from
	}
	return factor * m.Results[name+": ms a step"], factor * m.Results[name+": GB"], scaled, m, nil
}

// Needs says in a line what a training of a preset takes on a backend: its steps, and the hours and memory that the record of bench step
// below out lets one expect.
func Needs(out, preset, backend string, c vapo.Config) (string, error) {
	ms, memory, scaled, m, err := StepTime(out, preset, backend, c.Batch)
	if err != nil {
		return "", err
	}
	needs := fmt.Sprintf("preset %s trains %d steps of batch %d", preset, c.Steps, c.Batch)
	if ms == 0 {
		return needs + fmt.Sprintf("; `experiments bench step --preset %s --batches %d` measures the hours on %s", preset, c.Batch, backend), nil
	}
	needs += fmt.Sprintf(": %s at %s a step and about %.1f GB of memory on %s (%s, %d cores; bench step of %s",
		span(ms*float64(c.Steps)/1000), span(ms/1000), memory, backend, strings.TrimSpace(m.Hardware.CPU), m.Hardware.Cores, m.Started.Format("2006-01-02"))
	if scaled > 0 {
		needs += fmt.Sprintf(", scaled from batch %d", scaled)
	}
	return needs + ")", nil
}

// span is a time to two digits in a unit that suits it.
func span(seconds float64) string {
	for _, unit := range []struct {
		name string
		of   float64
	}{{"days", 86_400}, {"hours", 3600}, {"minutes", 60}, {"s", 1}} {
		if seconds >= 2*unit.of {
			return fmt.Sprintf("%.2g %s", seconds/unit.of, unit.name)
		}
	}
	return fmt.Sprintf("%.2g ms", math.Max(seconds*1000, 0))
}
