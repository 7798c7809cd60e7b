package figures_test

import (
	"math"
	"math/rand/v2"

	"vapoflow/figures"
)

// ring8 is the exact field of eight Gaussians on a ring, posterior homotopy
// with ω = 1 and σ = 0.01 in the arc-length clock: in closed form, and in
// float64, so that the drawings here depend on nothing but this file.
type ring8 struct{ c float64 }

const (
	ringSigma  = 0.01
	ringRadius = 2.0
	ringStd    = 0.1
)

func newRing8() ring8 { return ring8{1 - ringSigma/math.Sqrt(ringSigma*ringSigma+1)} }

func (r ring8) time(s float64) float64 {
	left := 1 - r.c*s
	return ringSigma * ringSigma * (1/(left*left) - 1)
}

// posterior returns E[x̄ | x, s] and the density of x at clock s.
func (r ring8) posterior(x [2]float64, s float64) (mean [2]float64, density float64) {
	left := 1 - r.c*s
	mu := 1 - left*left
	variance := left*left + mu*mu*ringStd*ringStd
	for k := range 8 {
		sin, cos := math.Sincos(float64(k) * math.Pi / 4)
		m := [2]float64{ringRadius * cos, ringRadius * sin}
		dx, dy := x[0]-mu*m[0], x[1]-mu*m[1]
		weight := math.Exp(-(dx*dx+dy*dy)/(2*variance)) / (8 * 2 * math.Pi * variance)
		gain := mu * ringStd * ringStd / variance
		mean[0] += weight * (m[0] + gain*dx)
		mean[1] += weight * (m[1] + gain*dy)
		density += weight
	}
	return [2]float64{mean[0] / density, mean[1] / density}, density
}

func (r ring8) field(x [2]float64, s float64) [2]float64 {
	left := 1 - r.c*s
	mu, muDot, decay := 1-left*left, 2*r.c*left, -r.c/left
	mean, density := r.posterior(x, s)
	if density == 0 { // so far out that every weight underflows
		return [2]float64{decay * x[0], decay * x[1]}
	}
	gain := muDot - mu*decay
	return [2]float64{decay*x[0] + gain*mean[0], decay*x[1] + gain*mean[1]}
}

// bent is the field with an error that a network might have.
func (r ring8) bent(x [2]float64, s float64) [2]float64 {
	u := r.field(x, s)
	return [2]float64{u[0] + 0.15*math.Sin(3*x[1]), u[1] + 0.15*math.Sin(3*x[0])}
}

func (r ring8) density(limit float64, n int) figures.Grid {
	axis := span(-limit, limit, n)
	g := figures.Grid{X: axis, Y: axis, Values: make([][]float64, n)}
	for j, y := range axis {
		g.Values[j] = make([]float64, n)
		for i, x := range axis {
			_, g.Values[j][i] = r.posterior([2]float64{x, y}, 1)
		}
	}
	return g
}

// flow carries particles from the prior through n Runge–Kutta steps.
func flow(field func([2]float64, float64) [2]float64, clock []float64, particles int) [][][2]float64 {
	random := rand.New(rand.NewPCG(1, 2))
	points := make([][2]float64, particles)
	for i := range points {
		points[i] = [2]float64{random.NormFloat64(), random.NormFloat64()}
	}
	paths := [][][2]float64{points}
	for k := 1; k < len(clock); k++ {
		s, h := clock[k-1], clock[k]-clock[k-1]
		moved := make([][2]float64, particles)
		for i, x := range points {
			k1 := field(x, s)
			k2 := field(ahead(x, k1, h/2), s+h/2)
			k3 := field(ahead(x, k2, h/2), s+h/2)
			k4 := field(ahead(x, k3, h), s+h)
			for axis := range 2 {
				moved[i][axis] = x[axis] + h/6*(k1[axis]+2*k2[axis]+2*k3[axis]+k4[axis])
			}
		}
		points = moved
		paths = append(paths, points)
	}
	return paths
}

func ahead(x, v [2]float64, h float64) [2]float64 {
	return [2]float64{x[0] + h*v[0], x[1] + h*v[1]}
}

func span(from, to float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = from + (to-from)*float64(i)/float64(n-1)
	}
	return out
}

// ringData is Figure 1 of ring8 at the given clock values, with a quiver of
// side × side arrows.
func ringData(width float64, clock []float64, nodes, side, particles int) figures.FieldData {
	const limit = 2.75
	r := newRing8()
	d := figures.FieldData{Width: width, Density: r.density(limit, nodes), PathS: span(0, 1, 101)}
	for _, s := range clock {
		d.Columns = append(d.Columns, figures.FieldColumn{S: s, T: r.time(s)})
	}
	for _, row := range []struct {
		name  string
		field func([2]float64, float64) [2]float64
	}{{"learned ∇Φ", r.bent}, {"exact ∇Φ*", r.field}} {
		filled := figures.FieldRow{Name: row.name, Paths: flow(row.field, d.PathS, particles)}
		for _, s := range clock {
			var a figures.Arrows
			axis := span(-limit*(1-1/float64(side)), limit*(1-1/float64(side)), side)
			for _, y := range axis {
				for _, x := range axis {
					at := [2]float64{x, y}
					a.At = append(a.At, at)
					a.Vector = append(a.Vector, row.field(at, s))
				}
			}
			filled.Arrows = append(filled.Arrows, a)
		}
		d.Rows = append(d.Rows, filled)
	}
	return d
}
