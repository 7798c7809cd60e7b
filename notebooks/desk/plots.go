package desk

import (
	"fmt"
	"math"
	"slices"

	"vapoflow/figures"
)

// Axes are what a plot's axes say.
type Axes struct {
	Title      string
	X, Y       string
	LogX, LogY bool
}

// Line is a curve of y over x for [Plot]. Name it where there are several.
func Line(name string, x, y []float64) figures.Series { return figures.Series{Name: name, X: x, Y: y} }

// Plot shows curves in one pair of axes: desk.Plot(desk.Axes{X: "s"}, desk.Line("μ", s, mu), desk.Line("√v", s, sd)).
func Plot(axes Axes, series ...figures.Series) {
	Show(Must(figures.Lines(figures.LinesData{Panels: []figures.LinePanel{{
		Title: axes.Title, X: axes.X, Y: axes.Y, LogX: axes.LogX, LogY: axes.LogY, Series: series,
	}}})))
}

// Scatter shows points of the plane: the first two coordinates of tensors [n, d], solutions, data sets (their first 1,000
// examples), [][]float64, [][]float32 or [][2]float64. A text before points names them: desk.Scatter("data", data, "samples",
// samples).
func Scatter(points ...any) { Show(Must(scatterOf(points))) }

func scatterOf(points []any) (*figures.Figure, error) {
	panel := figures.LinePanel{X: "$x_{1}$", Y: "$x_{2}$", Square: true}
	err := named(points, func(name string, x any) error {
		r, err := rowsOf(x)
		if err != nil {
			return err
		}
		if r.size() < 2 {
			return fmt.Errorf("desk: points on a line cannot be scattered, their shape is %v; desk.Hist shows them", r.shape)
		}
		s := figures.Series{Name: name, Marks: true}
		for i := range r.len() {
			s.X, s.Y = append(s.X, r.row(i)[0]), append(s.Y, r.row(i)[1])
		}
		panel.Series = append(panel.Series, s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return figures.Lines(figures.LinesData{Aspect: 1, Panels: []figures.LinePanel{panel}})
}

// named visits values with the texts before them.
func named(list []any, visit func(name string, x any) error) error {
	name, count := "", 0
	for _, x := range list {
		if text, ok := x.(string); ok {
			name = text
			continue
		}
		if name == "" && len(list) > 1 {
			name = fmt.Sprint(count + 1)
		}
		if err := visit(name, x); err != nil {
			return err
		}
		name, count = "", count+1
	}
	if count == 0 {
		return fmt.Errorf("desk: there is nothing to show")
	}
	return nil
}

// Hist shows the density of values as outlines in common bins, as many as Rice's rule gives. A text before values names them:
// desk.Hist("train", energiesOfTrain, "test", energiesOfTest).
func Hist(values ...any) { Show(Must(histOf(values))) }

func histOf(values []any) (*figures.Figure, error) {
	var names []string
	var sets [][]float64
	low, high := math.Inf(1), math.Inf(-1)
	err := named(values, func(name string, x any) error {
		v, ok := x.([]float64)
		if narrow, is := x.([]float32); is {
			v, ok = wide(narrow), true
		}
		if !ok {
			r, err := rowsOf(x)
			if err != nil {
				return err
			}
			v = r.flat
		}
		v = slices.DeleteFunc(slices.Clone(v), func(v float64) bool { return math.IsNaN(v - v) })
		if len(v) == 0 {
			return fmt.Errorf("desk: %q has no finite value to show", name)
		}
		names, sets = append(names, name), append(sets, v)
		low, high = min(low, slices.Min(v)), max(high, slices.Max(v))
		return nil
	})
	if err != nil {
		return nil, err
	}
	panel := figures.LinePanel{X: "value", Y: "density"}
	for i, v := range sets {
		panel.Series = append(panel.Series, figures.Histogram(names[i], v, low, high))
	}
	return figures.Lines(figures.LinesData{Panels: []figures.LinePanel{panel}})
}

// Images shows a sheet of images, about square: a tensor [n, height, width, 3] in [-1, 1] or in bytes, a solution, or the first
// 64 of a data set.
func Images(x any, title ...string) {
	r := Must(rowsOf(x))
	flat := r.flat[:min(len(r.flat), 64*r.size())]
	narrow := make([]float32, len(flat))
	for i, v := range flat {
		narrow[i] = float32(v)
	}
	Show(Must(Sheet(narrow, r.shape, 0, append(title, "")[0])))
}
