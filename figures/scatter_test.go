package figures_test

import (
	"strings"
	"testing"

	"vapoflow/figures"
)

// A dot is drawn inside the axes and left out outside; points that are not in the plane are an error.
func TestScatter(t *testing.T) {
	grid := figures.Grid{X: []float64{-1, 0, 1}, Y: []float64{-1, 0, 1}, Values: [][]float64{{0, 0, 0}, {0, 1, 0}, {0, 0, 0}}}
	draw := func(points ...[]float64) (string, error) {
		f, err := figures.Scatter(figures.ScatterData{Density: grid, Panels: []figures.ScatterPanel{{Title: "samples", Points: points}}})
		if err != nil {
			return "", err
		}
		var pixels strings.Builder
		image := f.Image()
		for y := 0; y < image.Bounds().Dy(); y += 3 {
			for x := 0; x < image.Bounds().Dx(); x += 3 {
				r, _, _, _ := image.At(x, y).RGBA()
				pixels.WriteRune('a' + rune(r>>12))
			}
		}
		return pixels.String(), nil
	}
	empty, err := draw()
	if err != nil {
		t.Fatal(err)
	}
	if inside, err := draw([]float64{0.5, 0.5}); err != nil || inside == empty {
		t.Errorf("a point inside is not drawn (%v)", err)
	}
	if outside, err := draw([]float64{5, 5}); err != nil || outside != empty {
		t.Errorf("a point outside is drawn (%v)", err)
	}
	if _, err := draw([]float64{1, 2, 3}); err == nil || !strings.Contains(err.Error(), "3 coordinates") {
		t.Errorf("a point in space: %v", err)
	}
}
