package figures

import (
	"image/color"
	"strings"
	"unicode"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/font/liberation"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var fonts = font.NewCache(liberation.Collection())

// textStyle says how a text looks and which of its points is put where.
// h and v are fractions of the text's width and height: 0 left or base line,
// ½ centre, 1 right or top of the capitals.
type textStyle struct {
	size     vg.Length
	color    color.Color
	h, v     float64
	rotation float64 // counter-clockwise, radians, about the placed point
}

// Proportions of Liberation Sans, in units of the type size.
const (
	capHeight  = 0.716
	descent    = 0.212
	lineHeight = 1.25
	scriptSize = 0.72 // of a superscript or subscript
	superRise  = 0.36
	subDrop    = 0.14
)

// run is a piece of a text in one font.
type run struct {
	text   string
	italic bool
	script script
}

// script is where a run stands.
type script int

const (
	onLine script = iota
	superscript
	subscript
)

const (
	nabla  = '∇'      // no Liberation font has it
	macron = '\u0304' // combining: its place depends on the renderer's font
)

// runs splits a text at its changes of font: see "Text" in the package
// comment for the notation.
func runs(text string) []run {
	var out []run
	add := func(r rune, italic bool, at script) {
		last := len(out) - 1
		drawn := r == nabla || r == macron
		if last >= 0 && !drawn && out[last].italic == italic && out[last].script == at &&
			!strings.ContainsRune(out[last].text, nabla) && !strings.ContainsRune(out[last].text, macron) {
			out[last].text += string(r)
			return
		}
		out = append(out, run{string(r), italic, at})
	}
	math, at := false, onLine
	for i, r := range text {
		switch {
		case r == '$' && (math || strings.Contains(text[i+1:], "$")):
			math = !math
		case math && r == '^' && strings.HasPrefix(text[i+1:], "{"):
			at = superscript
		case math && r == '_' && strings.HasPrefix(text[i+1:], "{"):
			at = subscript
		case math && at != onLine && r == '{':
		case math && at != onLine && r == '}':
			at = onLine
		case math && r == '-':
			add('−', false, at)
		default:
			add(r, math && (unicode.Is(unicode.Latin, r) || r >= 'α' && r <= 'ω'), at)
		}
	}
	return out
}

// face returns the font of a run at a type size.
func (r run) face(size vg.Length) font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if r.italic {
		f.Style = xfont.StyleItalic
	}
	if r.script != onLine {
		size *= scriptSize
	}
	return fonts.Lookup(f, size)
}

func (r run) width(size vg.Length) vg.Length {
	switch r.text {
	case string(nabla):
		return 0.70 * size
	case string(macron):
		return 0
	}
	face := r.face(size)
	return face.Width(r.text)
}

func textWidth(size vg.Length, text string) (width vg.Length) {
	for _, r := range runs(text) {
		width += r.width(size)
	}
	return width
}

// drawText draws one line of text with the chosen point of it at p.
func drawText(c draw.Canvas, s textStyle, p vg.Point, text string) {
	if text == "" {
		return
	}
	c.Push()
	defer c.Pop()
	c.Translate(p)
	if s.rotation != 0 {
		c.Rotate(s.rotation)
	}
	c.SetColor(s.color)
	at := vg.Point{
		X: -vg.Length(s.h) * textWidth(s.size, text),
		Y: -vg.Length(s.v) * capHeight * s.size,
	}
	var last vg.Length // width of the run before, which a macron covers
	for _, r := range runs(text) {
		switch r.text {
		case string(nabla):
			c.Fill(nablaPath(at, s.size))
		case string(macron):
			c.Fill(macronPath(at, last, s.size))
		default:
			base := at
			switch r.script {
			case superscript:
				base.Y += superRise * s.size
			case subscript:
				base.Y -= subDrop * s.size
			}
			face := r.face(s.size)
			// SVG drops blanks at the ends of a text: place it after them.
			trimmed := strings.TrimLeft(r.text, " ")
			base.X += face.Width(r.text[:len(r.text)-len(trimmed)])
			c.FillString(face, base, strings.TrimRight(trimmed, " "))
			last = face.Width(lastRune(r.text))
		}
		at.X += r.width(s.size)
	}
}

func lastRune(s string) string {
	letters := []rune(s)
	return string(letters[len(letters)-1])
}

// nablaPath is a triangle on its tip, open inside: the inner one runs the
// other way round, so that the non-zero rule leaves it empty.
func nablaPath(at vg.Point, size vg.Length) vg.Path {
	point := func(x, y float64) vg.Point {
		return vg.Point{X: at.X + vg.Length(x)*size, Y: at.Y + vg.Length(y)*size}
	}
	var p vg.Path
	p.Move(point(0.03, capHeight))
	p.Line(point(0.35, 0))
	p.Line(point(0.67, capHeight))
	p.Close()
	p.Move(point(0.155, capHeight-0.075))
	p.Line(point(0.545, capHeight-0.075))
	p.Line(point(0.35, 0.20))
	p.Close()
	return p
}

// macronPath is a bar over the letter that ends at at.
func macronPath(at vg.Point, width, size vg.Length) vg.Path {
	low, high := at.Y+0.60*size, at.Y+0.66*size
	left, right := at.X-0.80*width, at.X-0.02*width
	var p vg.Path
	p.Move(vg.Point{X: left, Y: low})
	p.Line(vg.Point{X: right, Y: low})
	p.Line(vg.Point{X: right, Y: high})
	p.Line(vg.Point{X: left, Y: high})
	p.Close()
	return p
}

// wrap breaks a text into lines no wider than width, at blanks outside
// mathematics and at the line ends it already has. One word may still be wider.
func wrap(size, width vg.Length, text string) []string {
	if text == "" {
		return nil
	}
	var lines []string
	for _, paragraph := range strings.Split(text, "\n") {
		line := ""
		for _, word := range words(paragraph) {
			longer := word
			if line != "" {
				longer = line + " " + word
			}
			if line != "" && textWidth(size, longer) > width {
				lines = append(lines, line)
				longer = word
			}
			line = longer
		}
		lines = append(lines, line)
	}
	return lines
}

// words splits at blanks, but keeps mathematics in one piece.
func words(text string) []string {
	var out []string
	open := false // within a pair of dollar signs
	for _, piece := range strings.Split(text, " ") {
		if open {
			out[len(out)-1] += " " + piece
		} else {
			out = append(out, piece)
		}
		open = open != (strings.Count(piece, "$")%2 == 1)
	}
	return out
}
