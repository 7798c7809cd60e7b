package figures

import (
	"bytes"
	"image/color"
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// Letters filled as outlines cover what the letters do that an image canvas draws, Greek and accents included. Pairs that are
// kerned are left out: x/image moves them by a distance that is right at one resolution alone.
func TestOutlinesAreTheLetters(t *testing.T) {
	for _, text := range []string{"HIdeno", "Φ(x, s) ρ ∂√ ≈ ±½", "é8%@"} {
		const width, height, dpi = 200, 30, 288
		var shades [2][]uint8
		for i := range shades {
			canvas := vgimg.NewWith(vgimg.UseWH(width, height), vgimg.UseDPI(dpi))
			canvas.SetColor(color.Black)
			face := run{text: text}.face(16)
			at := vg.Point{X: 3, Y: 9}
			if i == 0 {
				canvas.FillString(face, at, text)
			} else {
				outlined{canvas}.FillString(face, at, text)
			}
			for y := range canvas.Image().Bounds().Dy() {
				for x := range canvas.Image().Bounds().Dx() {
					grey, _, _, _ := canvas.Image().At(x, y).RGBA()
					shades[i] = append(shades[i], uint8(grey>>8))
				}
			}
		}
		ink, off := 0.0, 0.0
		for k, shade := range shades[0] {
			ink += 255 - float64(shade)
			off += math.Abs(float64(shade) - float64(shades[1][k]))
		}
		if ink == 0 || off > 0.05*ink {
			t.Errorf("%s: outlines differ from letters in %.2g of their ink %g", text, off/ink, ink)
		}
	}
}

// An arc written as curves stays on its circle, and begins and ends where it did.
func TestArcsAreCurves(t *testing.T) {
	var path vg.Path
	path.Move(vg.Point{X: 9})
	path.Arc(vg.Point{X: 1, Y: 2}, 3, 0.5, -5)
	curves := withoutArcs(path)
	from := curves[1].Pos
	if want := (vg.Point{X: 1 + 3*vg.Length(math.Cos(0.5)), Y: 2 + 3*vg.Length(math.Sin(0.5))}); math.Hypot(float64(from.X-want.X), float64(from.Y-want.Y)) > 1e-9 {
		t.Errorf("it begins at %v, want %v", from, want)
	}
	for _, part := range curves[2:] {
		for _, u := range []float64{0.25, 0.5, 0.9, 1} {
			at := func(weights ...float64) (x vg.Point) {
				for i, p := range []vg.Point{from, part.Control[0], part.Control[1], part.Pos} {
					x = x.Add(p.Scale(vg.Length(weights[i])))
				}
				return x
			}
			x := at((1-u)*(1-u)*(1-u), 3*u*(1-u)*(1-u), 3*u*u*(1-u), u*u*u)
			if r := math.Hypot(float64(x.X-1), float64(x.Y-2)); math.Abs(r-3) > 1e-3*3 {
				t.Errorf("%v is %g from the centre", x, r)
			}
		}
		from = part.Pos
	}
	if angle := math.Atan2(float64(from.Y-2), float64(from.X-1)); math.Abs(angle-(0.5-5+2*math.Pi)) > 1e-9 {
		t.Errorf("it ends at the angle %g", angle)
	}
}

// Every kind of page is a PDF of its size, with the same bytes when it is written again.
func TestPDF(t *testing.T) {
	lines, err := Lines(LinesData{Panels: []LinePanel{{X: "clock $s$", Y: "$E‖∇Φ‖^{2}$", Series: []Series{{X: []float64{0, 1}, Y: []float64{1, 2}}}}}})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := Sheet(SheetData{Pixels: make([]uint8, 12), Height: 2, Width: 2, Columns: 1, Zoom: 1})
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range map[string]*Figure{"lines": lines, "sheet": sheet} {
		var first, second bytes.Buffer
		if err := f.WritePDF(&first); err != nil {
			t.Fatal(err)
		}
		if err := f.WritePDF(&second); err != nil || !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s: other bytes when written again (%v)", name, err)
		}
		if text := first.Bytes(); !bytes.HasPrefix(text, []byte("%PDF-")) || bytes.Contains(text, []byte("/BaseFont")) {
			t.Errorf("%s: no PDF, or one with fonts", name)
		}
	}
}
