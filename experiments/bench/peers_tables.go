package bench

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
	"vapoflow/figures"
)

func middle(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// between is a median with the least and the largest value.
func between(format string, values []float64) string {
	return fmt.Sprintf(strings.ReplaceAll("F (F–F)", "F", format), middle(values), slices.Min(values), slices.Max(values))
}

// peerTables are the times with their ratios, and what else the two main workloads cost.
func peerTables(all []costs, rounds int) []record.Table {
	times := record.Table{
		Caption: fmt.Sprintf("Milliseconds of a training step by turns, a round of steps each: the median of %d rounds (least–largest), "+
			"and the median ratio of a round's times to XLA's of the same round. PyTorch in eager mode.", rounds),
		Header: []string{"training", "by", "ms a step", "times XLA's"},
	}
	more := record.Table{
		Caption: "What else they cost: seconds from the start of the process to the end of the first step, and of them to build, compile and " +
			"take it; milliseconds of one evaluation of ∇Φ of a batch along Heun's steps, for one image or point of it, of one of the " +
			"log-density's integrand (∇Φ and ΔΦ), to read a batch of images from a file; the largest memory of the process.",
		Header: []string{"training", "by", "start, s", "first step, s", "evaluation, ms", "of one, ms", "log-density, ms",
			"reading, ms", "memory, MB"},
	}
	orNone := func(x float64, format string) string {
		if x == 0 {
			return "–"
		}
		return fmt.Sprintf(format, x)
	}
	for _, c := range all {
		base := all[slices.IndexFunc(all, func(b costs) bool { return b.Case == c.Case })]
		ratio := "–"
		if base.Rival == stepRivals[0].name {
			var ratios []float64
			for i := range c.Steps {
				ratios = append(ratios, c.Steps[i]/base.Steps[i])
			}
			ratio = between("%.2f", ratios)
		}
		name := c.Case
		if c.Rival != stepRivals[0].name {
			name = ""
		}
		times.Rows = append(times.Rows, []string{name, c.Rival, between("%.2f", c.Steps), ratio})
		if c.Sample > 0 {
			more.Rows = append(more.Rows, []string{name, c.Rival, fmt.Sprintf("%.1f", c.Started), fmt.Sprintf("%.2f", c.First),
				fmt.Sprintf("%.2f", c.Sample), fmt.Sprintf("%.4f", c.Sample/float64(c.Workload.Batch)), orNone(c.Density, "%.2f"),
				orNone(c.Data, "%.2f"), fmt.Sprintf("%.0f", c.Memory)})
		}
	}
	return []record.Table{times, more}
}

// drawCosts shows the time of a step against each number that the cases vary, of a network in a figure; nothing where no peers were
// timed.
func drawCosts(p element.Page) error {
	all, err := record.ReadMetrics[costs](p.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for n, base := range peerCases[:mainCases] {
		var panels []figures.LinePanel
		for _, axis := range []struct {
			name string
			of   func(*workload) *int
		}{
			{"batch", func(c *workload) *int { return &c.Batch }},
			{"width", func(c *workload) *int { return &c.Width }},
			{"side of the images", func(c *workload) *int { return &c.Size }},
		} {
			panel := figures.LinePanel{X: axis.name, Y: "ms a step", LogX: true, LogY: true}
			for _, r := range stepRivals {
				line := figures.Series{Name: r.name}
				var points []costs
				for _, c := range all {
					same := c.Workload
					*axis.of(&same) = *axis.of(&base)
					if c.Rival == r.name && same == base {
						points = append(points, c)
					}
				}
				slices.SortFunc(points, func(a, b costs) int { return *axis.of(&a.Workload) - *axis.of(&b.Workload) })
				for _, c := range points {
					line.X, line.Y = append(line.X, float64(*axis.of(&c.Workload))), append(line.Y, middle(c.Steps))
				}
				if len(points) > 1 {
					panel.Series = append(panel.Series, line)
				}
			}
			if len(panel.Series) > 0 {
				panels = append(panels, panel)
			}
		}
		if len(panels) == 0 { // nothing was varied
			continue
		}
		name := []string{"step-points", "step-images"}[n]
		caption := fmt.Sprintf("Time of a training step around %s, median of the rounds: below is better.", base)
		if err := p.Lines(name, caption, panels...); err != nil {
			return err
		}
	}
	return nil
}
