package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
)

const (
	drawnSide  = 32
	drawnTrain = 50_000 // as many as CIFAR-10 has
	drawnTest  = 10_000
)

// drawn is the set of images that needs no files: one to three shaded shapes with soft shadows before a smooth
// background, 32×32×3, in 256 levels as photographs have. Image i is a function of i alone and is drawn when read.
type drawn struct {
	info Info
	seed uint64
}

func openDrawn(e entry, opt Options) (Dataset, error) {
	seed, n := seedOf(opt.Split), drawnTrain
	if opt.Split == "test" {
		n = drawnTest
	}
	return &drawn{
		info: Info{
			Name:   e.name,
			Title:  e.title,
			Shape:  []int{drawnSide, drawnSide, 3},
			Len:    n,
			Source: fmt.Sprintf("formula drawn version 1, stream %d", seed),
		},
		seed: seed,
	}, nil
}

func (d *drawn) Info() Info { return d.info.clone() }

// Read draws image i. It takes some tens of microseconds.
func (d *drawn) Read(i int, dst []float32) error {
	if err := d.info.check(i, dst); err != nil {
		return err
	}
	r := source(d.seed, uint64(i))
	var c canvas
	c.scene(r)
	for k, v := range c {
		dst[k] = level[uint8(255*min(max(v, 0), 1)+0.5)]
	}
	return nil
}

// canvas is an image under way: [row, column, channel], gamma-coded values, 0 to 1 once finished.
type canvas [drawnSide * drawnSide * 3]float64

// rgb is a gamma-coded colour.
type rgb [3]float64

// scene paints background and shapes in colours that go together: all hues are kept at set distances of one.
func (c *canvas) scene(r *rand.Rand) {
	hue := r.Float64()
	sin, cos := math.Sincos(between(r, math.Pi*0.6, math.Pi*1.4)) // the light comes from above, left or right
	light := [2]float64{sin, cos}
	c.background(r, hue)
	for n := 1 + r.IntN(3); n > 0; n-- {
		radius := between(r, 0.28, 0.62)
		if n > 1 {
			radius *= 0.75 // what lies behind is smaller, so that it seems further away
		}
		c.shape(r, shape{
			distance: outlines[r.IntN(len(outlines))],
			x:        between(r, -0.6, 0.6),
			y:        between(r, -0.6, 0.6),
			radius:   radius,
			angle:    between(r, 0, 2*math.Pi),
			colour:   oklch(between(r, 0.55, 0.85), between(r, 0.10, 0.20), hue+between(r, 0.3, 0.7)),
			light:    light,
		})
	}
}

// background covers the canvas with a blend of two colours.
func (c *canvas) background(r *rand.Rand, hue float64) {
	far := oklch(between(r, 0.30, 0.92), between(r, 0.03, 0.13), hue+between(r, -0.06, 0.06))
	near := oklch(between(r, 0.30, 0.92), between(r, 0.03, 0.13), hue+between(r, -0.16, 0.16))
	blend := blends[r.IntN(len(blends))](r)
	for row := range drawnSide {
		for col := range drawnSide {
			x, y := centre(col), centre(row)
			t := blend(x, y)
			at := 3 * (row*drawnSide + col)
			for k := range 3 {
				c[at+k] = far[k] + t*(near[k]-far[k])
			}
		}
	}
}

// centre is the coordinate of a pixel's middle; the image spans [-1, 1] both ways, y pointing down.
func centre(k int) float64 { return (2*float64(k)+1)/drawnSide - 1 }

func between(r *rand.Rand, low, high float64) float64 { return low + (high-low)*r.Float64() }

// smoothstep rises from 0 at t <= 0 to 1 at t >= 1 with level ends.
func smoothstep(t float64) float64 {
	t = min(max(t, 0), 1)
	return t * t * (3 - 2*t)
}

// oklch is the colour of that lightness (0 to 1), chroma (0 is grey, 0.2 vivid) and hue (in turns) in Oklab, in which
// equal lightness looks equally light (Ottosson, "A perceptual color space for image processing", 2020), in sRGB.
func oklch(lightness, chroma, hue float64) rgb {
	sin, cos := math.Sincos(2 * math.Pi * hue)
	a, b := chroma*cos, chroma*sin
	cube := func(x float64) float64 { return x * x * x }
	l := cube(lightness + 0.3963377774*a + 0.2158037573*b)
	m := cube(lightness - 0.1055613458*a - 0.0638541728*b)
	s := cube(lightness - 0.0894841775*a - 1.2914855480*b)
	return rgb{
		gamma(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		gamma(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		gamma(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
	}
}

// gamma is the transfer function of sRGB (IEC 61966-2-1), with colours outside it clipped.
func gamma(x float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x <= 0.0031308:
		return 12.92 * x
	case x >= 1:
		return 1
	}
	return 1.055*math.Pow(x, 1/2.4) - 0.055
}
