package figures

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// until cuts paths [K][n][2] at clock s, between two points by a straight
// line, and returns them by particle.
func until(paths [][][2]float64, clock []float64, s float64) [][][2]float64 {
	out := make([][][2]float64, len(paths[0]))
	for i := range out {
		for k, points := range paths {
			if clock[k] > s && k > 0 {
				w := math.Max(0, (s-clock[k-1])/(clock[k]-clock[k-1]))
				a, b := paths[k-1][i], points[i]
				out[i] = append(out[i], [2]float64{a[0] + w*(b[0]-a[0]), a[1] + w*(b[1]-a[1])})
				break
			}
			out[i] = append(out[i], points[i])
		}
	}
	return out
}

// trails are the ways that particles have come, particles their ends: [n]
// paths each. They are apart because arrows go between them.
type (
	trails    [][][2]float64
	particles [][][2]float64
)

var (
	_ plot.Plotter = trails{}
	_ plot.Plotter = particles{}

	trailStyle = draw.LineStyle{Color: color.NRGBA{R: 0x80, G: 0x80, B: 0x80, A: 0xff}, Width: vg.Points(0.4)}
	rimWidth   = vg.Points(0.4)
	ringRadius = vg.Points(0.75) // of a prior particle
	dotRadius  = vg.Points(1)    // of a moved one, above it
)

// Plot draws the ways, clipped to the frame.
func (t trails) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, path := range t {
		c.StrokeLines(trailStyle, c.ClipLinesXY(thin(transform(path, x, y), vg.Points(0.3)))...)
	}
}

// Plot draws the first and the last point of each path.
func (t particles) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, path := range t {
		drawDot(c, transform(path[:1], x, y)[0], ringRadius, white, trailStyle.Color)
	}
	for _, path := range t {
		drawDot(c, transform(path[len(path)-1:], x, y)[0], dotRadius, ink, white)
	}
}

// drawDot draws a disc with a rim, if its centre is on the canvas.
func drawDot(c draw.Canvas, p vg.Point, radius vg.Length, fill, rim color.Color) {
	if !c.Contains(p) {
		return
	}
	var disc vg.Path
	disc.Move(vg.Point{X: p.X + radius, Y: p.Y})
	disc.Arc(p, radius, 0, 2*math.Pi)
	disc.Close()
	c.SetColor(fill)
	c.Fill(disc)
	c.SetLineStyle(draw.LineStyle{Color: rim, Width: rimWidth})
	c.Stroke(disc)
}
