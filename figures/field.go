package figures

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// FieldData is Figure 1: a field of the plane at several values of the clock,
// over the density that its flow ends in. The page has one column per value
// and one row per field, with equal axes and one scale of colours, so that
// every panel can be compared with every other; the lengths of the arrows
// compare within a column.
type FieldData struct {
	Width       float64       // of the page in cm; 0 means 17, legible with up to five columns
	Density     Grid          // ρ̄(·;1), not negative; its extent is that of the axes
	DensityName string        // "" means "ρ̄(·; 1)"
	Columns     []FieldColumn // at least one
	Rows        []FieldRow    // at least one
	PathS       []float64     // [K] clock of the points of the paths, ascending from 0
	Caption     string        // below the panels, such as the relative excess; may be empty
}

// FieldColumn is a moment at which the fields are shown.
type FieldColumn struct {
	S float64 // arc-length clock, in [0, 1]
	T float64 // time of the homotopy, t(S); NaN where it has none
}

// FieldRow is one field, such as the learned or the exact one.
type FieldRow struct {
	Name   string
	Arrows []Arrows       // [len(Columns)] the field at each column's S, in clock units
	Paths  [][][2]float64 // [K][n][2] particles carried by this field, Paths[0] drawn from the prior; may be nil
}

// densityMass are the shares of the density that its contours enclose.
var densityMass = []float64{0.99, 0.80, 0.50, 0.25}

// Far from the particles a field may be many times stronger than among them,
// and it grows along the clock. So the colour, which tells the norm on one
// scale for the page, ends at a quantile of all norms, and the length, which
// shows the pattern, has its full length at a quantile of its column's.
const (
	colourQuantile = 0.95
	lengthQuantile = 0.85
)

// Field draws Figure 1. It fails on lengths that do not match and on numbers
// that are not finite.
func Field(d FieldData) (*Figure, error) {
	if err := d.check(); err != nil {
		return nil, err
	}
	g := d.Density
	contours := newBands(g, g.massLevels(densityMass), densityRamp)
	var norms []float64
	for j := range d.Columns {
		norms = append(norms, d.norms(j)...)
	}
	strongest := quantile(norms, colourQuantile)
	pg := &page{
		width:  vg.Length(orDefault(d.Width, 17)) * vg.Centimeter,
		aspect: (g.Y[len(g.Y)-1] - g.Y[0]) / (g.X[len(g.X)-1] - g.X[0]),
		key:    d.key(),
		bar: &colourBar{
			ramp: normRamp, most: strongest, label: "‖∇Φ‖",
			over: len(norms) > 0 && slices.Max(norms) > strongest,
		},
		caption: d.Caption,
	}
	for i, row := range d.Rows {
		pg.rows = append(pg.rows, row.Name)
		var panels []*panel
		for j := range d.Columns {
			panels = append(panels, d.panel(i, j, contours, strongest))
		}
		pg.panels = append(pg.panels, panels)
	}
	return pg.figure()
}

// panel prepares row i, column j; only the outer panels carry numbers.
func (d FieldData) panel(i, j int, contours bands, strongest float64) *panel {
	g, row, column := d.Density, d.Rows[i], d.Columns[j]
	p := newPanel([2]float64{g.X[0], g.X[len(g.X)-1]}, [2]float64{g.Y[0], g.Y[len(g.Y)-1]})
	p.xTicks = linearTicks(p.axes.X.Min, p.axes.X.Max, 4)
	p.yTicks = linearTicks(p.axes.Y.Min, p.axes.Y.Max, 4)
	p.bareX, p.bareY = i < len(d.Rows)-1, j > 0
	if i == 0 {
		p.title = []string{fmt.Sprintf("$s = %.3g$", column.S)}
		if !math.IsNaN(column.T) {
			p.title = append(p.title, "$t = $"+timeText(column.T))
		}
	}
	arrows := quiver{
		arrows:    row.Arrows[j],
		length:    0.9 * d.spacing(),
		reach:     quantile(d.norms(j), lengthQuantile),
		strongest: strongest,
	}
	p.layers = []plot.Plotter{contours, arrows}
	if row.Paths != nil {
		paths := until(row.Paths, d.PathS, column.S)
		p.layers = []plot.Plotter{contours, trails(paths), arrows, particles(paths)}
	}
	return p
}

// timeText writes a small time as a power of ten: with the posterior homotopy
// most of the clock lies below t = 0.01.
func timeText(t float64) string {
	if t != 0 && math.Abs(t) < 0.01 {
		return scientific(t, 2)
	}
	return fmt.Sprintf("%.2g", t)
}

func orDefault(x, otherwise float64) float64 {
	if x == 0 {
		return otherwise
	}
	return x
}

func (d FieldData) check() error {
	if err := d.Density.check(); err != nil {
		return err
	}
	for j, row := range d.Density.Values {
		if least := slices.Min(row); least < 0 {
			return fmt.Errorf("figures: the density is %g in row %d of its grid, want no negative value", least, j)
		}
	}
	if len(d.Columns) == 0 || len(d.Rows) == 0 {
		return errors.New("figures: a field needs at least one column and one row")
	}
	if !slices.IsSorted(d.PathS) {
		return errors.New("figures: the clock of the paths, PathS, must ascend")
	}
	for _, row := range d.Rows {
		if len(row.Arrows) != len(d.Columns) {
			return fmt.Errorf("figures: row %q has arrows for %d columns of %d", row.Name, len(row.Arrows), len(d.Columns))
		}
		for j, a := range row.Arrows {
			if err := a.check(); err != nil {
				return fmt.Errorf("row %q, s = %g: %w", row.Name, d.Columns[j].S, err)
			}
		}
		if row.Paths != nil {
			if err := d.checkPaths(row); err != nil {
				return err
			}
		}
	}
	return nil
}

func (d FieldData) checkPaths(row FieldRow) error {
	if len(row.Paths) != len(d.PathS) {
		return fmt.Errorf("figures: row %q has %d points on its paths for %d clock values",
			row.Name, len(row.Paths), len(d.PathS))
	}
	for k, points := range row.Paths {
		if len(points) != len(row.Paths[0]) {
			return fmt.Errorf("figures: row %q has %d particles at s = %g, %d at the start",
				row.Name, len(points), d.PathS[k], len(row.Paths[0]))
		}
		for i, p := range points {
			if !finite(p) {
				return fmt.Errorf("figures: row %q, particle %d at s = %g is at %v, want finite numbers",
					row.Name, i, d.PathS[k], p)
			}
		}
	}
	return nil
}

// spacing returns the side of the square that an arrow has to itself in the
// fullest panel, in units of the axes: a grid's step.
func (d FieldData) spacing() float64 {
	x, y := d.Density.X, d.Density.Y
	most := 1
	for _, row := range d.Rows {
		for _, a := range row.Arrows {
			most = max(most, len(a.At))
		}
	}
	return math.Sqrt((x[len(x)-1] - x[0]) * (y[len(y)-1] - y[0]) / float64(most))
}

// norms returns the norms of column j's arrows inside the axes, all rows.
func (d FieldData) norms(j int) (out []float64) {
	x, y := d.Density.X, d.Density.Y
	for _, row := range d.Rows {
		for i, p := range row.Arrows[j].At {
			if p[0] >= x[0] && p[0] <= x[len(x)-1] && p[1] >= y[0] && p[1] <= y[len(y)-1] {
				out = append(out, norm(row.Arrows[j].Vector[i]))
			}
		}
	}
	return out
}

// quantile returns the q-quantile of values, or 1 where that is no scale:
// without values, or with nothing but zeros.
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return 1
	}
	sorted := slices.Sorted(slices.Values(values))
	if v := sorted[int(q*float64(len(sorted)-1))]; v > 0 {
		return v
	}
	return 1
}

func (d FieldData) key() []keyEntry {
	name := cmp.Or(d.DensityName, "ρ̄(·; 1)")
	entries := []keyEntry{{name + ": regions of 99, 80, 50 and 25 % of its mass", func(c draw.Canvas) {
		width := (c.Max.X - c.Min.X) / vg.Length(len(densityRamp))
		for i, colour := range densityRamp {
			cell := sub(c, c.Min.X+vg.Length(i)*width, c.Center().Y-vg.Points(2.5), width, vg.Points(5))
			c.SetColor(colour)
			c.Fill(cell.Rectangle.Path())
		}
	}}}
	if d.Rows[0].Paths == nil {
		return entries
	}
	return append(entries, keyEntry{"prior particle, its path, and where it is at $s$", func(c draw.Canvas) {
		y := c.Center().Y
		left, right := vg.Point{X: c.Min.X + dotRadius, Y: y}, vg.Point{X: c.Max.X - dotRadius, Y: y}
		c.StrokeLines(trailStyle, []vg.Point{left, right})
		drawDot(c, left, ringRadius, white, trailStyle.Color)
		drawDot(c, right, dotRadius, ink, white)
	}})
}
