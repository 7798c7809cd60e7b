package figures

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Arrows are vectors of a planar field at some places: a grid's nodes, or
// particles.
type Arrows struct {
	At     [][2]float64 // [m][2], where each arrow starts
	Vector [][2]float64 // [m][2], finite
}

func (a Arrows) check() error {
	if len(a.At) != len(a.Vector) {
		return fmt.Errorf("figures: %d arrows have %d vectors", len(a.At), len(a.Vector))
	}
	for i := range a.At {
		if !finite(a.At[i]) || !finite(a.Vector[i]) {
			return fmt.Errorf("figures: arrow %d at %v is %v: want finite numbers", i, a.At[i], a.Vector[i])
		}
	}
	return nil
}

func finite(p [2]float64) bool {
	return !math.IsNaN(p[0]-p[0]) && !math.IsNaN(p[1]-p[1]) // Inf − Inf is NaN
}

func norm(v [2]float64) float64 { return math.Hypot(v[0], v[1]) }

// quiver draws arrows whose length and colour tell the norm.
type quiver struct {
	arrows    Arrows
	length    float64 // of the longest arrow, in units of the axes
	reach     float64 // norms from here on have that length
	strongest float64 // norms from here on have the ramp's last colour
}

var _ plot.Plotter = quiver{}

// Plot draws each arrow from its place. One that starts within a third of the
// longest length of another, or that would leave the frame, is left out: a
// heap of arrows tells nothing. A thin white rim keeps arrows apart from what
// is below.
func (q quiver) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	longest := x(q.length) - x(0)
	var starts []vg.Point
	var outlines []vg.Path
	var colours []color.Color
	for i, at := range q.arrows.At {
		v := q.arrows.Vector[i]
		size := norm(v)
		if size == 0 {
			continue
		}
		scale := q.length * math.Min(1, size/q.reach) / size
		from := vg.Point{X: x(at[0]), Y: y(at[1])}
		to := vg.Point{X: x(at[0] + scale*v[0]), Y: y(at[1] + scale*v[1])}
		if !c.Contains(from) || !c.Contains(to) || crowded(from, starts, longest/3) {
			continue
		}
		starts = append(starts, from)
		outlines = append(outlines, arrow(from, to, longest))
		colours = append(colours, normRamp.at(size/q.strongest))
	}
	c.SetLineStyle(draw.LineStyle{Color: white, Width: vg.Points(0.6)})
	c.Stroke(slices.Concat(outlines...))
	for i, outline := range outlines {
		c.SetColor(colours[i])
		c.Fill(outline)
	}
}

func crowded(p vg.Point, drawn []vg.Point, distance vg.Length) bool {
	for _, q := range drawn {
		if math.Hypot(float64(p.X-q.X), float64(p.Y-q.Y)) < float64(distance) {
			return true
		}
	}
	return false
}

// arrow is the outline of a shaft with a swept head. The head is in proportion
// to the longest arrow, but at most six tenths of its own: a short arrow keeps
// a direction.
func arrow(from, to vg.Point, longest vg.Length) vg.Path {
	dx, dy := to.X-from.X, to.Y-from.Y
	length := vg.Length(math.Hypot(float64(dx), float64(dy)))
	head := min(0.45*longest, 0.6*length)
	wing := 0.40 * head                     // half the head's width
	half := min(0.060*longest, 0.12*length) // half the shaft's
	notch := 0.80 * head                    // where the shaft meets the head
	outline := [][2]vg.Length{
		{0, half}, {length - notch, half}, {length - head, wing}, {length, 0},
		{length - head, -wing}, {length - notch, -half}, {0, -half},
	}
	var path vg.Path
	for i, p := range outline {
		q := vg.Point{
			X: from.X + (p[0]*dx-p[1]*dy)/length,
			Y: from.Y + (p[0]*dy+p[1]*dx)/length,
		}
		if i == 0 {
			path.Move(q)
		} else {
			path.Line(q)
		}
	}
	path.Close()
	return path
}
