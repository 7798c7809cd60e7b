package figures

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is one plot of a page: a frame with ticks round some plotters. Its
// axes are gonum's, for their scales; the rest of its decoration is ours,
// because gonum fits the frame to the labels where we align frames.
type panel struct {
	axes           *plot.Plot
	layers         []plot.Plotter
	title          []string // centred above; lines after the first are faint
	xLabel, yLabel string
	xTicks, yTicks []plot.Tick
	bareX, bareY   bool // ticks without their labels: a neighbour has them
	grid           bool // hair lines at the labelled ticks
}

func newPanel(x, y [2]float64) *panel {
	axes := plot.New()
	axes.X.Min, axes.X.Max = x[0], x[1]
	axes.Y.Min, axes.Y.Max = y[0], y[1]
	return &panel{axes: axes}
}

const (
	tickGap  = 1.5 // points between a tick and its label
	labelGap = 3.5 // between tick labels and the axis label
	titleGap = 3.5 // between the frame and the title
)

var titleLine = 1.2 * titleSize // from a line of a title to the next

// margins a panel needs outside its frame.
func (p *panel) left() vg.Length {
	width := tickLength
	if !p.bareY {
		widest := vg.Length(0)
		for _, t := range p.yTicks {
			widest = max(widest, textWidth(tickSize, t.Label))
		}
		width += vg.Points(tickGap) + widest
	}
	if p.yLabel != "" {
		width += vg.Points(labelGap) + labelSize*(capHeight+descent)
	}
	return width
}

func (p *panel) bottom() vg.Length {
	height := tickLength
	if !p.bareX {
		height += vg.Points(tickGap) + tickSize*capHeight
	}
	if p.xLabel != "" {
		height += vg.Points(labelGap) + labelSize*(capHeight+descent)
	}
	return height
}

func (p *panel) top() vg.Length {
	if len(p.title) == 0 {
		return 0
	}
	return vg.Points(titleGap) + titleSize*capHeight + vg.Length(len(p.title)-1)*titleLine
}

// right is half of a tick label that ends at the frame's edge.
func (p *panel) right() vg.Length {
	if p.bareX {
		return 0
	}
	over := vg.Length(0)
	for _, t := range p.xTicks {
		if p.axes.X.Norm(t.Value) > 0.97 {
			over = max(over, textWidth(tickSize, t.Label)/2)
		}
	}
	return over
}

func labelsWidth(ticks []plot.Tick) (width vg.Length) {
	for _, t := range ticks {
		width += textWidth(tickSize, t.Label)
	}
	return width
}

// draw draws the panel with its frame on c's rectangle.
func (p *panel) draw(c draw.Canvas) {
	if p.grid {
		p.axes.X.Tick.Marker, p.axes.Y.Tick.Marker = plot.ConstantTicks(p.xTicks), plot.ConstantTicks(p.yTicks)
		style := draw.LineStyle{Color: hair, Width: frameWidth}
		(&plotter.Grid{Vertical: style, Horizontal: style}).Plot(c, p.axes)
	}
	for _, layer := range p.layers {
		layer.Plot(c, p.axes)
	}
	line := draw.LineStyle{Color: ink, Width: frameWidth}
	c.StrokeLines(line, []vg.Point{ // one corner twice, so that it is square
		c.Min, {X: c.Max.X, Y: c.Min.Y}, c.Max, {X: c.Min.X, Y: c.Max.Y}, c.Min, {X: c.Max.X, Y: c.Min.Y},
	})
	p.drawTicks(c, line)
	p.drawLabels(c)
}

func lengthOf(t plot.Tick) vg.Length {
	if t.IsMinor() {
		return tickLength / 2
	}
	return tickLength
}

func (p *panel) drawTicks(c draw.Canvas, line draw.LineStyle) {
	for _, t := range p.xTicks {
		x := c.X(p.axes.X.Norm(t.Value))
		c.StrokeLine2(line, x, c.Min.Y, x, c.Min.Y-lengthOf(t))
		if !p.bareX {
			drawText(c, textStyle{size: tickSize, color: ink, h: 0.5, v: 1},
				vg.Point{X: x, Y: c.Min.Y - tickLength - vg.Points(tickGap)}, t.Label)
		}
	}
	for _, t := range p.yTicks {
		y := c.Y(p.axes.Y.Norm(t.Value))
		c.StrokeLine2(line, c.Min.X, y, c.Min.X-lengthOf(t), y)
		if !p.bareY {
			drawText(c, textStyle{size: tickSize, color: ink, h: 1, v: 0.5},
				vg.Point{X: c.Min.X - tickLength - vg.Points(tickGap), Y: y}, t.Label)
		}
	}
}

func (p *panel) drawLabels(c draw.Canvas) {
	middle := c.Center()
	drawText(c, textStyle{size: labelSize, color: ink, h: 0.5},
		vg.Point{X: middle.X, Y: c.Min.Y - p.bottom() + labelSize*descent}, p.xLabel)
	drawText(c, textStyle{size: labelSize, color: ink, h: 0.5, v: 1, rotation: math.Pi / 2},
		vg.Point{X: c.Min.X - p.left(), Y: middle.Y}, p.yLabel)
	y := c.Max.Y + p.top()
	for i, line := range p.title {
		style := textStyle{size: titleSize, color: ink, h: 0.5, v: 1}
		if i > 0 {
			style.size, style.color = labelSize, faint
		}
		drawText(c, style, vg.Point{X: middle.X, Y: y}, line)
		y -= titleLine
	}
}
