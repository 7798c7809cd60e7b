package figures

import (
	"errors"
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// LinesData are curves in one or several panels side by side.
type LinesData struct {
	Width   float64 // of the page in cm; 0 means 8.5 for one panel, 17 for more
	Aspect  float64 // height of a panel over its width; 0 means 0.68
	Title   string
	Panels  []LinePanel // at least one
	Caption string
}

// LinePanel is one pair of axes. They span the finite points of all series; a
// logarithmic axis leaves out what is not positive.
type LinePanel struct {
	Title      string
	X, Y       string // names of the axes
	LogX, LogY bool
	Square     bool // both axes span the same range, as for points of the plane
	Series     []Series
}

// Series is one curve, or points. Where X or Y is not finite, as after a diverged step,
// the curve has a gap. Series of one name share colour and entry in the key,
// also across panels.
type Series struct {
	Name   string
	X, Y   []float64 // [n] each
	Marks  bool      // a mark at each point and no line
	Spread []float64 // [n] half the height of a band about Y, such as a standard deviation over seeds; or nil
}

// Lines draws curves. It fails on lengths that do not match and on a panel
// without a point to show.
func Lines(d LinesData) (*Figure, error) {
	if len(d.Panels) == 0 {
		return nil, errors.New("figures: lines need at least one panel")
	}
	width := 8.5
	if len(d.Panels) > 1 {
		width = 17
	}
	pg := &page{
		width:   vg.Length(orDefault(d.Width, width)) * vg.Centimeter,
		aspect:  orDefault(d.Aspect, 0.68),
		title:   d.Title,
		caption: d.Caption,
		panels:  [][]*panel{nil},
	}
	styles := map[string]draw.LineStyle{}
	for _, lines := range d.Panels {
		for _, s := range lines.Series {
			if _, known := styles[s.Name]; known {
				continue
			}
			style, marks := seriesStyle(len(styles)), s.Marks
			styles[s.Name] = style
			pg.key = append(pg.key, keyEntry{s.Name, func(c draw.Canvas) {
				if marks {
					drawDot(c, c.Center(), markRadius, style.Color, style.Color)
					return
				}
				c.StrokeLine2(style, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
			}})
		}
	}
	if len(pg.key) == 1 && pg.key[0].name == "" {
		pg.key = nil
	}
	for i, lines := range d.Panels {
		p, err := lines.panel(styles, pg.width/vg.Length(len(d.Panels))-vg.Points(40))
		if err != nil {
			return nil, fmt.Errorf("figures: panel %d %q: %w", i, lines.Title, err)
		}
		pg.panels[0] = append(pg.panels[0], p)
	}
	return pg.figure()
}

// seriesStyle is the look of the i-th curve: when the colours are used up they
// return with dashes.
func seriesStyle(i int) draw.LineStyle {
	style := draw.LineStyle{Color: seriesColours[i%len(seriesColours)], Width: vg.Points(1)}
	if round := i / len(seriesColours); round > 0 {
		style.Dashes = []vg.Length{vg.Points(3 / float64(round)), vg.Points(1.5)}
	}
	return style
}

// panel prepares the plot; width is about that of its frame.
func (l LinePanel) panel(styles map[string]draw.LineStyle, width vg.Length) (*panel, error) {
	var x, y bounds
	for _, s := range l.Series {
		if len(s.X) != len(s.Y) || s.Spread != nil && len(s.Spread) != len(s.Y) {
			return nil, fmt.Errorf("series %q has %d values of X, %d of Y and %d of Spread",
				s.Name, len(s.X), len(s.Y), len(s.Spread))
		}
		for i := range s.X {
			if l.shows(s.X[i], s.Y[i]) {
				x.add(s.X[i], l.LogX)
				y.add(s.Y[i], l.LogY)
				if s.Spread != nil {
					if math.IsNaN(s.Spread[i] - s.Spread[i]) {
						return nil, fmt.Errorf("series %q has a spread of %g at X = %g, want a finite number",
							s.Name, s.Spread[i], s.X[i])
					}
					y.add(s.Y[i]-s.Spread[i], l.LogY)
					y.add(s.Y[i]+s.Spread[i], l.LogY)
				}
			}
		}
	}
	if !x.any {
		return nil, errors.New("there is no finite point to draw, nor a positive one on a logarithmic axis")
	}
	xs, ys := x.padded(0, l.LogX), y.padded(0.04, l.LogY)
	if l.Square {
		both := bounds{min(x.lo, y.lo), max(x.hi, y.hi), true}
		xs = both.padded(0.04, l.LogX || l.LogY)
		ys = xs
	}
	p := newPanel(xs, ys)
	p.grid = true
	p.xLabel, p.yLabel = l.X, l.Y
	if l.Title != "" {
		p.title = []string{l.Title}
	}
	xTicks, yTicks := linearTicks, linearTicks
	if l.LogX {
		p.axes.X.Scale, xTicks = plot.LogScale{}, logTicks
	}
	if l.LogY {
		p.axes.Y.Scale, yTicks = plot.LogScale{}, logTicks
	}
	p.yTicks = yTicks(ys[0], ys[1], 6)
	for most := 6; most > 1; most-- {
		p.xTicks = xTicks(xs[0], xs[1], most)
		if labelsWidth(p.xTicks) < 0.7*width {
			break
		}
	}
	for _, s := range l.Series {
		if s.Spread != nil {
			p.layers = append(p.layers, spread{l, s, styles[s.Name].Color})
		}
	}
	for _, s := range l.Series {
		p.layers = append(p.layers, curve{l, s, styles[s.Name]})
	}
	return p, nil
}

// shows tells whether a point has a place on the axes.
func (l LinePanel) shows(x, y float64) bool {
	return finite([2]float64{x, y}) && (!l.LogX || x > 0) && (!l.LogY || y > 0)
}

// pieces returns the runs of indices of s between its gaps: [from, to) each.
func (l LinePanel) pieces(s Series) (out [][2]int) {
	from := 0
	for i := 0; i <= len(s.X); i++ {
		if i == len(s.X) || !l.shows(s.X[i], s.Y[i]) {
			if i > from {
				out = append(out, [2]int{from, i})
			}
			from = i + 1
		}
	}
	return out
}

// bounds is the range of the values of an axis.
type bounds struct {
	lo, hi float64
	any    bool
}

func (b *bounds) add(v float64, log bool) {
	if math.IsNaN(v-v) || log && v <= 0 {
		return
	}
	if !b.any {
		b.lo, b.hi, b.any = v, v, true
	}
	b.lo, b.hi = math.Min(b.lo, v), math.Max(b.hi, v)
}

// padded widens the range by a fraction of it on both sides; a single value
// gets a neighbourhood.
func (b bounds) padded(fraction float64, log bool) [2]float64 {
	if log {
		lo, hi := math.Log(b.lo), math.Log(b.hi)
		if hi-lo < 1e-6 {
			lo, hi = lo-math.Ln2, hi+math.Ln2
		}
		more := fraction * (hi - lo)
		return [2]float64{math.Exp(lo - more), math.Exp(hi + more)}
	}
	if b.hi-b.lo <= 1e-9*math.Abs(b.hi) {
		around := 0.5 * math.Abs(b.hi)
		if around == 0 {
			around = 0.5
		}
		return [2]float64{b.lo - around, b.hi + around}
	}
	more := fraction * (b.hi - b.lo)
	return [2]float64{b.lo - more, b.hi + more}
}

// markRadius is that of a point of a series of marks.
const markRadius = vg.Length(0.9)

// curve draws one series, a dot for a point that stands alone.
type curve struct {
	panel  LinePanel
	series Series
	style  draw.LineStyle
}

var _ plot.Plotter = curve{}

// Plot draws the pieces between gaps.
func (v curve) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, piece := range v.panel.pieces(v.series) {
		var line []vg.Point
		for i := piece[0]; i < piece[1]; i++ {
			line = append(line, vg.Point{X: x(v.series.X[i]), Y: y(v.series.Y[i])})
		}
		if v.series.Marks {
			for _, at := range line {
				drawDot(c, at, markRadius, v.style.Color, v.style.Color)
			}
			continue
		}
		if len(line) == 1 {
			drawDot(c, line[0], v.style.Width, v.style.Color, v.style.Color)
			continue
		}
		c.StrokeLines(v.style, thin(line, vg.Points(0.1)))
	}
}

// spread draws the band of one series.
type spread struct {
	panel  LinePanel
	series Series
	color  color.Color
}

var _ plot.Plotter = spread{}

// Plot fills the bands between gaps, cut off at the frame, which on a
// logarithmic axis holds no zero.
func (v spread) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	place := func(i int, sign float64) vg.Point {
		value := v.series.Y[i] + sign*v.series.Spread[i]
		value = math.Max(p.Y.Min, math.Min(p.Y.Max, value))
		return vg.Point{X: x(v.series.X[i]), Y: y(value)}
	}
	r, g, b, _ := v.color.RGBA()
	fill := color.NRGBA{R: uint8(r >> 8), G: uint8(g >> 8), B: uint8(b >> 8), A: 0x30}
	for _, piece := range v.panel.pieces(v.series) {
		var outline []vg.Point
		for i := piece[0]; i < piece[1]; i++ {
			outline = append(outline, place(i, 1))
		}
		for i := piece[1] - 1; i >= piece[0]; i-- {
			outline = append(outline, place(i, -1))
		}
		c.FillPolygon(fill, outline)
	}
}
