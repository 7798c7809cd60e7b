package desk

import (
	"fmt"
	"math"
	"strings"

	"vapoflow/vapo"
)

// curve is a training's loss as means over equal spans of its steps.
type curve struct {
	step, loss []float64 // of the spans that are whole
	sum        float64   // in the span at work
	n          int
	recent     float64 // mean over the last hundred steps or so
	seen       int
}

// spans is how many points the curve of a whole training has.
const spans = 120

func (c *curve) add(p vapo.Progress) {
	c.seen++
	c.recent += (p.Loss - c.recent) / float64(min(c.seen, 100))
	c.sum += p.Loss
	c.n++
	if p.Step%max(1, p.Steps/spans) == 0 {
		c.step, c.loss = append(c.step, float64(p.Step)), append(c.loss, c.sum/float64(c.n))
		c.sum, c.n = 0, 0
	}
}

func (c *curve) mean() float64 { return c.recent }

const curveWidth, curveHeight = 240.0, 120.0

// svg draws the curve over all steps; on a logarithmic axis where the loss is positive and falls far.
func (c *curve) svg(steps int) string {
	if len(c.loss) < 2 {
		return ""
	}
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range c.loss {
		low, high = min(low, v), max(high, v)
	}
	scale := func(v float64) float64 { return v }
	if low > 0 && high > 3*low {
		scale = math.Log
	}
	from, to := scale(low), scale(high)
	if to == from {
		to = from + 1
	}
	var path strings.Builder
	for i, v := range c.loss {
		command := 'L'
		if i == 0 {
			command = 'M'
		}
		x, y := curveWidth*c.step[i]/float64(steps), curveHeight*(to-scale(v))/(to-from)
		fmt.Fprintf(&path, "%c%.0f %.1f", command, x, y)
	}
	return fmt.Sprintf(`<svg width="330" height="120" viewBox="-2 -4 330 128" font-size="11" fill="currentColor">`+
		`<path d="M0 0V120H240" fill="none" stroke="currentColor" stroke-opacity=".3"/>`+
		`<path d="%s" fill="none" stroke="%s" stroke-width="1.5"/>`+
		`<text x="244" y="8">%.3g</text><text x="244" y="120">%.3g loss</text></svg>`, path.String(), ink, high, low)
}
