package figures

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Grid is a function sampled on an even grid: Values[j][i] is its value at
// (X[i], Y[j]).
type Grid struct {
	X, Y   []float64   // ascending, evenly spaced, at least two each
	Values [][]float64 // [len(Y)][len(X)], finite
}

func (g Grid) check() error {
	if len(g.X) < 2 || len(g.Y) < 2 {
		return fmt.Errorf("figures: a grid of %d × %d values: want at least 2 × 2", len(g.X), len(g.Y))
	}
	if len(g.Values) != len(g.Y) {
		return fmt.Errorf("figures: a grid has %d rows of values for %d values of Y", len(g.Values), len(g.Y))
	}
	for i := range len(g.X) - 1 {
		if !(g.X[i] < g.X[i+1]) {
			return fmt.Errorf("figures: a grid's X goes from %g to %g, want it to ascend", g.X[i], g.X[i+1])
		}
	}
	for j := range len(g.Y) - 1 {
		if !(g.Y[j] < g.Y[j+1]) {
			return fmt.Errorf("figures: a grid's Y goes from %g to %g, want it to ascend", g.Y[j], g.Y[j+1])
		}
	}
	for j, row := range g.Values {
		if len(row) != len(g.X) {
			return fmt.Errorf("figures: row %d of a grid has %d values for %d values of X", j, len(row), len(g.X))
		}
		for i, v := range row {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return fmt.Errorf("figures: value [%d][%d] of a grid is %g, want a finite number", j, i, v)
			}
		}
	}
	return nil
}

// massLevels returns, for each fraction of the total, the value above which
// the grid holds that fraction: the density's highest-density regions.
// fractions descend, so that the levels ascend.
func (g Grid) massLevels(fractions []float64) []float64 {
	var values []float64
	total := 0.0
	for _, row := range g.Values {
		for _, v := range row {
			values = append(values, v)
			total += v
		}
	}
	slices.Sort(values)
	slices.Reverse(values)
	levels := make([]float64, len(fractions))
	for k, fraction := range fractions {
		held, level := 0.0, 0.0
		for _, v := range values {
			held += v
			level = v
			if held >= fraction*total {
				break
			}
		}
		levels[k] = level
	}
	return levels
}

// bands fills the regions above some levels of a grid, the lowest first.
type bands struct {
	loops   [][][][2]float64 // of each level
	colours ramp             // one for each
}

var _ plot.Plotter = bands{}

func newBands(g Grid, levels []float64, colours ramp) bands {
	b := bands{colours: colours}
	for _, level := range levels {
		b.loops = append(b.loops, g.outline(level))
	}
	return b
}

// Plot fills every region, holes left out, clipped to the frame.
func (b bands) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for k, loops := range b.loops {
		var path vg.Path
		for _, loop := range loops {
			points := thin(transform(loop, x, y), vg.Points(0.15))
			points = c.ClipPolygonXY(points)
			for i, q := range points {
				if i == 0 {
					path.Move(q)
				} else {
					path.Line(q)
				}
			}
			if len(points) > 0 {
				path.Close()
			}
		}
		c.SetColor(b.colours[k])
		c.Fill(path)
	}
}

func transform(points [][2]float64, x, y func(float64) vg.Length) []vg.Point {
	out := make([]vg.Point, len(points))
	for i, p := range points {
		out[i] = vg.Point{X: x(p[0]), Y: y(p[1])}
	}
	return out
}

// thin leaves out points nearer to the one before than print can show. The
// first and the last stay.
func thin(points []vg.Point, step vg.Length) []vg.Point {
	var out []vg.Point
	for i, p := range points {
		if i > 0 && i < len(points)-1 {
			d := p.Sub(out[len(out)-1])
			if math.Hypot(float64(d.X), float64(d.Y)) < float64(step) {
				continue
			}
		}
		out = append(out, p)
	}
	return out
}

// outline returns the boundary of the region above a level as closed loops
// with the region on the left (marching squares; a saddle is decided by the
// mean of its corners). Beyond the grid counts as below, so every loop closes.
func (g Grid) outline(level float64) [][][2]float64 {
	nx, ny := len(g.X), len(g.Y)
	next := map[edge]edge{}
	at := map[edge][2]float64{}
	for j := -1; j < ny; j++ {
		for i := -1; i < nx; i++ {
			g.cell(i, j, level, next, at)
		}
	}
	var loops [][][2]float64
	for j := -1; j <= ny; j++ { // in the grid's order: a map's would change the file
		for i := -1; i <= nx; i++ {
			for _, start := range []edge{{i, j, false}, {i, j, true}} {
				var loop [][2]float64
				for e, ok := start, true; ok; {
					var to edge
					if to, ok = next[e]; ok {
						loop = append(loop, at[e])
						delete(next, e)
						e = to
					}
				}
				if loop != nil {
					loops = append(loops, loop)
				}
			}
		}
	}
	return loops
}

// edge joins node (i, j) to its right or its upper neighbour.
type edge struct {
	i, j int
	up   bool
}

// value and place of a node, which may lie one step outside the grid: there
// the value is lower than any level, and the place is on the border.
func (g Grid) node(i, j int) (value float64, place [2]float64) {
	ci, cj := min(max(i, 0), len(g.X)-1), min(max(j, 0), len(g.Y)-1)
	place = [2]float64{g.X[ci], g.Y[cj]}
	if ci != i || cj != j {
		return math.Inf(-1), place
	}
	return g.Values[j][i], place
}

// cell adds the pieces of outline within the cell whose lower left node is
// (i, j): each leads from an edge where a walk round the cell, corners counter-
// clockwise, leaves the region to one where it enters.
func (g Grid) cell(i, j int, level float64, next map[edge]edge, at map[edge][2]float64) {
	corners := [4][2]int{{i, j}, {i + 1, j}, {i + 1, j + 1}, {i, j + 1}}
	edges := [4]edge{{i, j, false}, {i + 1, j, true}, {i, j + 1, false}, {i, j, true}}
	type crossing struct {
		edge
		leaves bool
	}
	var crossings []crossing
	mean := 0.0
	for k, corner := range corners {
		other := corners[(k+1)%4]
		v, p := g.node(corner[0], corner[1])
		w, q := g.node(other[0], other[1])
		mean += v / 4
		if (v > level) == (w > level) {
			continue
		}
		t := 0.5
		if !math.IsInf(v, 0) && !math.IsInf(w, 0) {
			t = (level - v) / (w - v)
		}
		at[edges[k]] = [2]float64{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])}
		crossings = append(crossings, crossing{edges[k], v > level})
	}
	n := len(crossings)
	for k, c := range crossings {
		if !c.leaves {
			continue
		}
		step := 1
		if n == 4 && mean <= level {
			step = n - 1 // the two corners above are apart: turn back at once
		}
		next[c.edge] = crossings[(k+step)%n].edge
	}
}
