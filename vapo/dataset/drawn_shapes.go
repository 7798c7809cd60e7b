package dataset

import (
	"math"
	"math/rand/v2"
)

// shape is an outline put somewhere in the image.
type shape struct {
	distance func(x, y float64) float64 // signed distance to an outline of unit size, negative inside
	x, y     float64                    // centre
	radius   float64
	angle    float64
	colour   rgb
	light    [2]float64 // unit vector towards the light in the plane of the image
}

// outlines are what shapes may look like: signed distances, exact or nearly so, to figures within the unit circle.
// (The formulas are the usual ones of signed distance fields, as collected by Quilez, iquilezles.org.)
var outlines = []func(x, y float64) float64{
	disc, square, triangle, ring, flower, star, capsule,
}

func disc(x, y float64) float64 { return math.Sqrt(x*x+y*y) - 1 }

func square(x, y float64) float64 {
	const half, round = 0.62, 0.18
	dx, dy := math.Abs(x)-half, math.Abs(y)-half
	outside := math.Sqrt(max(dx, 0)*max(dx, 0) + max(dy, 0)*max(dy, 0))
	return outside + min(max(dx, dy), 0) - round
}

// triangle is the largest distance to its three sides, rounded a little.
func triangle(x, y float64) float64 {
	const inner = 0.42
	side := math.Sqrt(3) / 2
	return max(y, side*math.Abs(x)-y/2) - inner
}

func ring(x, y float64) float64 { return math.Abs(math.Sqrt(x*x+y*y)-0.7) - 0.26 }

// flower has five petals: its radius is 0.75 + 0.2 cos 5θ, with cos 5θ = Re (z/|z|)⁵.
func flower(x, y float64) float64 {
	radius := math.Sqrt(x*x + y*y)
	if radius < 1e-6 {
		return -0.75
	}
	u, v := x/radius, y/radius
	cos5 := u * (u*u*u*u - 10*u*u*v*v + 5*v*v*v*v)
	return 0.8 * (radius - 0.75 - 0.2*cos5)
}

// star is what four discs at the corners leave of a disc: four points joined by arcs.
func star(x, y float64) float64 {
	const corner, arc = 0.98, 0.94
	dx, dy := corner-math.Abs(x), corner-math.Abs(y)
	return max(arc-math.Sqrt(dx*dx+dy*dy), disc(x, y))
}

func capsule(x, y float64) float64 {
	const half, thick = 0.6, 0.38
	dx := max(math.Abs(x)-half, 0)
	return math.Sqrt(dx*dx+y*y) - thick
}

// shape paints one shape and its shadow, anti-aliased.
func (c *canvas) shape(r *rand.Rand, s shape) {
	const pixel = 2.0 / drawnSide
	const shadowReach, shadowSoft, shadowDark = 0.14, 0.11, 0.35
	sin, cos := math.Sincos(s.angle)
	local := func(x, y float64) (float64, float64) {
		x, y = (x-s.x)/s.radius, (y-s.y)/s.radius
		return cos*x + sin*y, cos*y - sin*x
	}
	round := r.IntN(2) == 0 // shaded like a ball, or like a flat plate
	reach := s.radius + shadowReach + shadowSoft
	for row := pixelAt(s.y - reach); row <= pixelAt(s.y+reach); row++ {
		for col := pixelAt(s.x - reach); col <= pixelAt(s.x+reach); col++ {
			x, y := centre(col), centre(row)
			at := c[3*(row*drawnSide+col):][:3]
			d := s.radius * s.distance(local(x, y))
			cover := min(max(0.5-d/pixel, 0), 1)
			if cover < 1 && d < shadowReach+shadowSoft {
				far := s.radius * s.distance(local(x+shadowReach*s.light[0], y+shadowReach*s.light[1]))
				dark := 1 - shadowDark*smoothstep(0.5-0.5*far/shadowSoft)
				for k := range at {
					at[k] *= dark
				}
			}
			if cover > 0 {
				shade, shine := s.lit((x-s.x)/s.radius, (y-s.y)/s.radius, round)
				for k := range at {
					at[k] += cover * (s.colour[k]*shade + shine - at[k])
				}
			}
		}
	}
}

// lit returns how much of its colour a point of the shape shows, and how much white lies on it. x, y are in units of
// the shape's radius.
func (s shape) lit(x, y float64, round bool) (shade, shine float64) {
	toward := x*s.light[0] + y*s.light[1]
	if !round {
		return 0.88 + 0.18*toward, 0
	}
	// A ball's normal is (x, y, z); the light stands 50° above the plane.
	z := math.Sqrt(max(1-x*x-y*y, 0))
	facing := 0.64*toward + 0.77*z
	shade = 0.45 + 0.6*max(facing, 0)
	glint := max(facing-0.82, 0) / 0.18
	return shade, 0.45 * glint * glint
}

// pixelAt is the pixel that holds a coordinate, or the nearest one.
func pixelAt(x float64) int {
	return min(max(int((x+1)*drawnSide/2), 0), drawnSide-1)
}

// blends draw how two colours share the background: 0 to 1 at (x, y).
var blends = []func(r *rand.Rand) func(x, y float64) float64{
	gradient, glow, horizon, stripes, waves,
}

// gradient goes from one side to the other.
func gradient(r *rand.Rand) func(x, y float64) float64 {
	sin, cos := math.Sincos(between(r, 0, 2*math.Pi))
	return func(x, y float64) float64 { return smoothstep(0.5 + 0.4*(x*cos+y*sin)) }
}

// glow fades around a point.
func glow(r *rand.Rand) func(x, y float64) float64 {
	x0, y0, wide := between(r, -0.8, 0.8), between(r, -0.8, 0.8), between(r, 0.5, 1.5)
	return func(x, y float64) float64 {
		d := ((x-x0)*(x-x0) + (y-y0)*(y-y0)) / (wide * wide)
		return 1 / (1 + d*d)
	}
}

// horizon is a sky over a ground, both getting paler towards the line between them.
func horizon(r *rand.Rand) func(x, y float64) float64 {
	line, tilt := between(r, -0.2, 0.6), between(r, -0.15, 0.15)
	return func(x, y float64) float64 {
		d := y - line - tilt*x
		edge := min(max(0.5+d*drawnSide/2, 0), 1)
		return edge*(1-0.4*smoothstep(1-d)) + (1-edge)*0.35*smoothstep(1+d)
	}
}

// stripes are soft bands.
func stripes(r *rand.Rand) func(x, y float64) float64 {
	sin, cos := math.Sincos(between(r, 0, math.Pi))
	waves, phase := between(r, 0.8, 2.2)*math.Pi, between(r, 0, 2*math.Pi)
	return func(x, y float64) float64 { return 0.5 + 0.5*math.Sin(waves*(x*cos+y*sin)+phase) }
}

// waves is the product of two slow waves: soft patches.
func waves(r *rand.Rand) func(x, y float64) float64 {
	a, b := stripes(r), stripes(r)
	return func(x, y float64) float64 { return smoothstep(0.5 * (a(x, y) + b(x, y))) }
}
