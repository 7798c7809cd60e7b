package figures_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"

	"vapoflow/figures"
)

// goldenDPI keeps the images that the tests compare small.
const goldenDPI = 80

// drawField draws Figure 1 of ring8 small: two moments, two fields.
func drawField() (*figures.Figure, error) {
	d := ringData(7, []float64{0.3, 0.9}, 101, 9, 16)
	d.Caption = "Relative excess: 4 % overall;\n1, 2, 3 and 4 % in the quarters of $s$"
	return figures.Field(d)
}

// drawLines draws a diverging and a converging loss, and a mean over seeds.
func drawLines() (*figures.Figure, error) {
	step := span(0, 4000, 81)
	diverging, converging := make([]float64, 81), make([]float64, 81)
	clock := span(0, 1, 21)
	mean, deviation := make([]float64, 21), make([]float64, 21)
	for i, x := range step {
		converging[i] = 0.1 + math.Exp(-x/700)
		diverging[i] = 0.2 + math.Exp(-x/500)
		if i > 40 {
			diverging[i] = math.NaN()
		}
	}
	for i, s := range clock {
		mean[i] = 0.001 * math.Exp(4*s*s)
		deviation[i] = 0.4 * mean[i]
	}
	return figures.Lines(figures.LinesData{
		Width: 11,
		Title: "Two panels",
		Panels: []figures.LinePanel{
			{Title: "Training", X: "step", Y: "loss", Series: []figures.Series{
				{Name: "converging", X: step, Y: converging},
				{Name: "diverging", X: step, Y: diverging},
			}},
			{Title: "Along the clock", X: "$s$", Y: "KL($ρ_{Φ}$ ‖ ρ̄) in nats", LogY: true, Series: []figures.Series{
				{Name: "mean ± deviation", X: clock, Y: mean, Spread: deviation},
			}},
		},
	})
}

// drawSheet draws seven images of gradients.
func drawSheet() (*figures.Figure, error) {
	const n, side = 7, 12
	var pixels []uint8
	for k := range n {
		for y := range side {
			for x := range side {
				pixels = append(pixels, uint8(20*x), uint8(20*y), uint8(36*k))
			}
		}
	}
	return figures.Sheet(figures.SheetData{
		Pixels: pixels, Height: side, Width: side, Columns: 4, Zoom: 4,
		Title: "drawn images, not CIFAR-10",
	})
}

func ExampleField() {
	r := newRing8() // the exact field of eight Gaussians, in closed form
	grid := span(-2.5, 2.5, 11)
	var arrows figures.Arrows
	for _, y := range grid {
		for _, x := range grid {
			at := [2]float64{x, y}
			arrows.At = append(arrows.At, at)
			arrows.Vector = append(arrows.Vector, r.field(at, 0.5))
		}
	}
	clock := span(0, 1, 51)
	figure, err := figures.Field(figures.FieldData{
		Width:   8.5,
		Density: r.density(2.75, 101), // of ρ̄(·;1)
		Columns: []figures.FieldColumn{{S: 0.5, T: r.time(0.5)}},
		PathS:   clock,
		Rows: []figures.FieldRow{{
			Name:   "exact ∇Φ*",
			Arrows: []figures.Arrows{arrows},
			Paths:  flow(r.field, clock, 30),
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	width, height := figure.Size()
	fmt.Printf("%.1f × %.1f cm\n", width, height)
	// Output: 8.5 × 8.2 cm
}

func ExampleLines() {
	step := []float64{100, 200, 400, 800, 1600}
	figure, err := figures.Lines(figures.LinesData{
		Panels: []figures.LinePanel{{
			X: "training step", Y: "relative excess", LogX: true, LogY: true,
			Series: []figures.Series{
				{Name: "Alignment", X: step, Y: []float64{0.5, 0.2, 0.07, 0.02, 0.009}},
				{Name: "Covariance", X: step, Y: []float64{0.9, 0.7, 0.5, 0.3, 0.25}},
			},
		}},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	width, height := figure.Size()
	fmt.Printf("%.1f × %.1f cm\n", width, height)
	// Output: 8.5 × 6.4 cm
}

func ExampleSheet() {
	pixels := make([]uint8, 10*32*32*3) // ten black images
	sheet, err := figures.Sheet(figures.SheetData{Pixels: pixels, Height: 32, Width: 32, Columns: 5, Zoom: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(sheet.Image().Bounds().Size())
	// Output: (332,134)
}

func ExampleFigure_Save() {
	figure, err := drawSheet()
	if err != nil {
		fmt.Println(err)
		return
	}
	folder, err := os.MkdirTemp("", "figures")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	fmt.Println(figure.Save(filepath.Join(folder, "sheet.png")))
	fmt.Println(figure.Save("sheet.jpg"))
	// Output:
	// <nil>
	// figures: cannot save "sheet.jpg": extension ".jpg" is none of .png, .svg and .pdf
}
