package figures

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// colourBar explains the colours of a ramp over [0, most]. plotter.ColorBar is pixels, also in SVG and PDF, and has no tip.
type colourBar struct {
	ramp  ramp
	most  float64
	over  bool // larger values occur: the bar ends in a tip
	label string
}

const (
	barGap   = 9 // points to the panels
	barWidth = 7
	barTip   = 7
	barSteps = 128
)

func (b *colourBar) ticks() []plot.Tick { return linearTicks(0, b.most, 6) }

func (b *colourBar) width() vg.Length {
	widest := vg.Length(0)
	for _, t := range b.ticks() {
		widest = max(widest, textWidth(tickSize, t.Label))
	}
	return vg.Points(barGap+barWidth+tickGap+labelGap) + tickLength + widest + labelSize*(capHeight+descent)
}

// draw draws the bar over the height of c.
func (b *colourBar) draw(c draw.Canvas) {
	left := c.Min.X + vg.Points(barGap)
	right := left + vg.Points(barWidth)
	if b.over {
		b.drawTip(c, left, right)
		c.Max.Y -= vg.Points(barTip)
	}
	height := c.Max.Y - c.Min.Y
	for i := range barSteps { // each step reaches to the top, so that no seam shows
		low := c.Min.Y + height*vg.Length(i)/barSteps
		c.FillPolygon(b.ramp.at((float64(i)+0.5)/barSteps),
			[]vg.Point{{X: left, Y: low}, {X: right, Y: low}, {X: right, Y: c.Max.Y}, {X: left, Y: c.Max.Y}})
	}
	line := draw.LineStyle{Color: ink, Width: frameWidth}
	c.StrokeLines(line, []vg.Point{{X: left, Y: c.Min.Y}, {X: right, Y: c.Min.Y},
		{X: right, Y: c.Max.Y}, {X: left, Y: c.Max.Y}, {X: left, Y: c.Min.Y}, {X: right, Y: c.Min.Y}})
	for _, t := range b.ticks() {
		y := c.Min.Y + height*vg.Length(t.Value/b.most)
		c.StrokeLine2(line, right, y, right+tickLength, y)
		drawText(c, textStyle{size: tickSize, color: ink, v: 0.5},
			vg.Point{X: right + tickLength + vg.Points(tickGap), Y: y}, t.Label)
	}
	drawText(c, textStyle{size: labelSize, color: ink, h: 0.5, rotation: math.Pi / 2},
		vg.Point{X: c.Max.X - labelSize*descent, Y: c.Center().Y}, b.label)
}

func (b *colourBar) drawTip(c draw.Canvas, left, right vg.Length) {
	low := c.Max.Y - vg.Points(barTip)
	tip := []vg.Point{{X: left, Y: low}, {X: (left + right) / 2, Y: c.Max.Y}, {X: right, Y: low}}
	c.FillPolygon(b.ramp.at(1), tip)
	c.StrokeLines(draw.LineStyle{Color: ink, Width: frameWidth}, tip)
}
