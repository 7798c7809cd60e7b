package figures

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
)

// The look of every page, in one place. Lengths are in print.
var (
	ink   = color.NRGBA{R: 0x26, G: 0x26, B: 0x26, A: 0xff} // text and frames
	faint = color.NRGBA{R: 0x6a, G: 0x6a, B: 0x6a, A: 0xff} // second lines, captions
	hair  = color.NRGBA{R: 0xe6, G: 0xe6, B: 0xe6, A: 0xff} // grid lines

	titleSize = vg.Points(8)
	labelSize = vg.Points(7.5)
	tickSize  = vg.Points(7)

	white = color.NRGBA{R: 0xff, G: 0xff, B: 0xff, A: 0xff}

	frameWidth = vg.Points(0.5)
	tickLength = vg.Points(2.2)
)

// seriesColours are told apart by readers of every colour vision: Okabe and
// Ito, "Color Universal Design", 2008, without their yellow, which is too
// light for a line on white.
var seriesColours = []color.NRGBA{
	{R: 0x00, G: 0x72, B: 0xb2, A: 0xff}, // blue
	{R: 0xd5, G: 0x5e, B: 0x00, A: 0xff}, // vermilion
	{R: 0x00, G: 0x9e, B: 0x73, A: 0xff}, // green
	{R: 0xcc, G: 0x79, B: 0xa7, A: 0xff}, // purple
	{R: 0xe6, G: 0x9f, B: 0x00, A: 0xff}, // orange
	{R: 0x56, G: 0xb4, B: 0xe9, A: 0xff}, // sky
	{R: 0x26, G: 0x26, B: 0x26, A: 0xff}, // black
}

// ramp is a colour map through evenly spaced anchors.
type ramp []color.NRGBA

// normRamp colours the norm of a field. The anchors are those of matplotlib's
// "plasma" (public domain) at 0, 1/9, …, 8/9: lightness rises evenly, so that
// equal steps of the norm look equal, in print without colour too. The
// lightest ninth is left out: yellow arrows would vanish on white. Viridis
// was not taken because its middle is the blue of the density below it.
var normRamp = ramp{
	{R: 0x0d, G: 0x08, B: 0x87, A: 0xff},
	{R: 0x46, G: 0x03, B: 0x9f, A: 0xff},
	{R: 0x72, G: 0x01, B: 0xa8, A: 0xff},
	{R: 0x9c, G: 0x17, B: 0x9e, A: 0xff},
	{R: 0xbd, G: 0x37, B: 0x86, A: 0xff},
	{R: 0xd8, G: 0x57, B: 0x6b, A: 0xff},
	{R: 0xed, G: 0x79, B: 0x53, A: 0xff},
	{R: 0xfb, G: 0x9f, B: 0x3a, A: 0xff},
}

// densityRamp fills a density from its outermost to its innermost level.
var densityRamp = ramp{
	{R: 0xe3, G: 0xee, B: 0xf9, A: 0xff},
	{R: 0xb5, G: 0xd4, B: 0xed, A: 0xff},
	{R: 0x74, G: 0xb2, B: 0xdd, A: 0xff},
	{R: 0x3b, G: 0x87, B: 0xc4, A: 0xff},
}

// at returns the colour at x in [0, 1]; outside it, that of the nearer end.
func (r ramp) at(x float64) color.NRGBA {
	x = math.Max(0, math.Min(1, x)) * float64(len(r)-1)
	i := min(int(x), len(r)-2)
	a, b, w := r[i], r[i+1], x-float64(i)
	mix := func(a, b uint8) uint8 { return uint8(math.Round((1-w)*float64(a) + w*float64(b))) }
	return color.NRGBA{R: mix(a.R, b.R), G: mix(a.G, b.G), B: mix(a.B, b.B), A: 0xff}
}
