package figures

import (
	"errors"
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// ScatterData are samples in the plane over the density that they should follow, in panels side by side.
type ScatterData struct {
	Width   float64        // of the page in cm; 0 means 17
	Density Grid           // not negative; its extent is that of the axes
	Panels  []ScatterPanel // at least one
	Caption string
}

// ScatterPanel is one set of samples.
type ScatterPanel struct {
	Title  string
	Points [][]float64 // [n][2]
}

// scatter draws points as dots.
type scatter [][]float64

var _ plot.Plotter = scatter{}

// Plot draws what lies inside the axes.
func (s scatter) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, at := range s {
		drawDot(c, vg.Point{X: x(at[0]), Y: y(at[1])}, dotRadius, ink, white)
	}
}

// Scatter draws samples over contours of the density. It fails without a panel and on points that are not in the plane.
func Scatter(d ScatterData) (*Figure, error) {
	if err := d.Density.check(); err != nil {
		return nil, err
	}
	if len(d.Panels) == 0 {
		return nil, errors.New("figures: a scatter plot needs at least one panel")
	}
	g := d.Density
	contours := newBands(g, g.massLevels(densityMass), densityRamp)
	pg := &page{
		width:   vg.Length(orDefault(d.Width, 17)) * vg.Centimeter,
		aspect:  (g.Y[len(g.Y)-1] - g.Y[0]) / (g.X[len(g.X)-1] - g.X[0]),
		caption: d.Caption,
		panels:  [][]*panel{nil},
	}
	for j, samples := range d.Panels {
		for i, at := range samples.Points {
			if len(at) != 2 {
				return nil, fmt.Errorf("figures: point %d of panel %d has %d coordinates, want 2", i, j, len(at))
			}
		}
		p := newPanel([2]float64{g.X[0], g.X[len(g.X)-1]}, [2]float64{g.Y[0], g.Y[len(g.Y)-1]})
		p.xTicks, p.yTicks = linearTicks(p.axes.X.Min, p.axes.X.Max, 4), linearTicks(p.axes.Y.Min, p.axes.Y.Max, 4)
		p.bareY, p.title = j > 0, []string{samples.Title}
		p.layers = []plot.Plotter{contours, scatter(samples.Points)}
		pg.panels[0] = append(pg.panels[0], p)
	}
	return pg.figure()
}
