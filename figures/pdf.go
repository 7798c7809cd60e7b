package figures

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgpdf"
)

func init() { // a page written twice has the same bytes, as in the other formats
	fpdf.SetDefaultCatalogSort(true)
	fpdf.SetDefaultCreationDate(time.Unix(0, 0).UTC())
	fpdf.SetDefaultModificationDate(time.Unix(0, 0).UTC())
}

// WritePDF writes the page as PDF of its size in print. Letters are outlines, so that all of them are there on any machine; a
// sheet is one embedded image.
func (f *Figure) WritePDF(w io.Writer) error {
	canvas := vgpdf.New(f.width, f.height)
	if f.pixels != nil {
		canvas.DrawImage(vg.Rectangle{Max: vg.Point{X: f.width, Y: f.height}}, f.pixels)
	} else {
		f.paint(draw.New(outlined{canvas}))
	}
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("figures: writing the PDF: %w", err)
	}
	return nil
}

// outlined fills letters as paths: vgpdf has text in the 256 characters of Windows 1252 alone, without Greek and mathematics. Its
// arcs are paths of their own, which leave specks on the page: they become curves as well.
type outlined struct{ vg.CanvasSizer }

// Fill implements [vg.Canvas].
func (c outlined) Fill(p vg.Path) { c.CanvasSizer.Fill(withoutArcs(p)) }

// Stroke implements [vg.Canvas].
func (c outlined) Stroke(p vg.Path) { c.CanvasSizer.Stroke(withoutArcs(p)) }

// withoutArcs writes arcs as cubic curves, of a quarter of a circle at most: they err by less than a thousandth of the radius.
func withoutArcs(path vg.Path) (curves vg.Path) {
	for _, part := range path {
		if part.Type != vg.ArcComp {
			curves = append(curves, part)
			continue
		}
		on := func(angle, reach float64) vg.Point { // at reach along the tangent from the point of the arc
			sin, cos := math.Sincos(angle)
			return vg.Point{X: part.Pos.X + part.Radius*vg.Length(cos-reach*sin), Y: part.Pos.Y + part.Radius*vg.Length(sin+reach*cos)}
		}
		if start := on(part.Start, 0); len(curves) == 0 {
			curves.Move(start)
		} else {
			curves.Line(start)
		}
		n := math.Ceil(math.Abs(part.Angle) / (math.Pi / 2))
		step := part.Angle / n
		reach := 4. / 3 * math.Tan(step/4)
		for i := range int(n) {
			from := part.Start + float64(i)*step
			curves.CubeTo(on(from, reach), on(from+step, -reach), on(from+step, 0))
		}
	}
	return curves
}

// SetColor takes colours as they are: vgpdf reads the channels of a translucent one, which [color.Color] has darkened by its
// opacity, as if they were not.
func (c outlined) SetColor(colour color.Color) {
	c.CanvasSizer.SetColor(straight(color.NRGBAModel.Convert(colour).(color.NRGBA)))
}

type straight color.NRGBA

// RGBA implements [color.Color], but for the opacity in red, green and blue.
func (s straight) RGBA() (r, g, b, a uint32) {
	return uint32(s.R) * 0x101, uint32(s.G) * 0x101, uint32(s.B) * 0x101, uint32(s.A) * 0x101
}

// FillString implements [vg.Canvas], with the advances and kerning of [plotfont.Face.Width].
func (c outlined) FillString(face plotfont.Face, at vg.Point, text string) {
	var buffer sfnt.Buffer
	ppem := fixed.Int26_6(face.Face.UnitsPerEm())
	scale := float64(face.Font.Size) / float64(ppem)
	var outline vg.Path
	previous, x := sfnt.GlyphIndex(0), fixed.Int26_6(0)
	for i, letter := range []rune(text) {
		glyph, err := face.Face.GlyphIndex(&buffer, letter)
		if err != nil {
			panic(fmt.Errorf("figures: %q has no glyph: %w", letter, err))
		}
		if i > 0 {
			if kern, err := face.Face.Kern(&buffer, previous, glyph, ppem, font.HintingNone); err == nil { // else the font has none
				x += kern
			}
		}
		segments, err := face.Face.LoadGlyph(&buffer, glyph, ppem, nil)
		if err != nil {
			panic(fmt.Errorf("figures: the outline of %q: %w", letter, err))
		}
		place := func(p fixed.Point26_6) vg.Point { // fonts measure y downwards here
			return vg.Point{X: at.X + vg.Length(scale*float64(x+p.X)), Y: at.Y - vg.Length(scale*float64(p.Y))}
		}
		addOutline(&outline, segments, place)
		advance, err := face.Face.GlyphAdvance(&buffer, glyph, ppem, font.HintingNone)
		if err != nil {
			panic(fmt.Errorf("figures: the width of %q: %w", letter, err))
		}
		previous, x = glyph, x+advance
	}
	c.CanvasSizer.Fill(outline)
}

// addOutline adds a glyph's outline. Its parabolas become cubic curves, which PDF has alone.
func addOutline(outline *vg.Path, segments sfnt.Segments, place func(fixed.Point26_6) vg.Point) {
	var from vg.Point
	for i, s := range segments {
		to := place(s.Args[0])
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if i > 0 {
				outline.Close()
			}
			outline.Move(to)
		case sfnt.SegmentOpLineTo:
			outline.Line(to)
		case sfnt.SegmentOpQuadTo:
			control := to
			to = place(s.Args[1])
			third := func(end vg.Point) vg.Point { return end.Add(control.Sub(end).Scale(2. / 3)) }
			outline.CubeTo(third(from), third(to), to)
		case sfnt.SegmentOpCubeTo:
			control := to
			to = place(s.Args[2])
			outline.CubeTo(control, place(s.Args[1]), to)
		}
		from = to
	}
	if len(segments) > 0 {
		outline.Close()
	}
}
