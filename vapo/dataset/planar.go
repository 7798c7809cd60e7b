package dataset

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// planarLen is the size of each 2-D set: fixed points, so that the exact potential of the very same points is known.
const planarLen = 10_000

// The formulas follow the toy sets of FFJORD (Grathwohl et al., arXiv:1810.01367), which took moons and swiss roll
// from scikit-learn and pinwheel from Johnson et al., arXiv:1603.06277. All lie roughly in [-3, 3]².
// u is uniform on [0, 1), z standard normal, b a fair coin; each use is a fresh draw.

// moons is two interleaving half circles, t = πu: (cos t, sin t) or (1 - cos t, ½ - sin t), plus noise 0.1 z, times 2
// and moved by (-1, -0.2).
func moons(r *rand.Rand) (x, y float64) {
	y, x = math.Sincos(math.Pi * r.Float64())
	if r.IntN(2) == 1 {
		x, y = 1-x, 0.5-y
	}
	return 2*(x+0.1*r.NormFloat64()) - 1, 2*(y+0.1*r.NormFloat64()) - 0.2
}

// checkerboard is uniform on the eight squares of one colour of a 4×4 board over [-3, 3]²: x = 4u - 2,
// y = u - 2b + (⌊x⌋ mod 2), times 1.5.
func checkerboard(r *rand.Rand) (x, y float64) {
	x = 4*r.Float64() - 2
	y = r.Float64() - 2*float64(r.IntN(2))
	if int(math.Floor(x))%2 != 0 {
		y++
	}
	return 1.5 * x, 1.5 * y
}

// spirals is two arms of one and a half turns, n = 3π√u: ±(-n cos n + u/2, n sin n + u/2)/3 + 0.1 z.
func spirals(r *rand.Rand) (x, y float64) {
	n := 3 * math.Pi * math.Sqrt(r.Float64())
	sin, cos := math.Sincos(n)
	x, y = (-n*cos+r.Float64()/2)/3, (n*sin+r.Float64()/2)/3
	if r.IntN(2) == 1 {
		x, y = -x, -y
	}
	return x + 0.1*r.NormFloat64(), y + 0.1*r.NormFloat64()
}

// pinwheel is five bent blades: (1 + 0.3 z, 0.1 z) turned by the angle 2πk/5 + exp(1 + 0.3 z)/4, the same z in
// radius and angle, times 2.
func pinwheel(r *rand.Rand) (x, y float64) {
	radial, tangential := 1+0.3*r.NormFloat64(), 0.1*r.NormFloat64()
	sin, cos := math.Sincos(2*math.Pi*float64(r.IntN(5))/5 + math.Exp(radial)/4)
	return 2 * (radial*cos + tangential*sin), 2 * (tangential*cos - radial*sin)
}

// swissRoll is one and a half turns of a spiral, t = 1.5π(1 + 2u): (t cos t, t sin t)/5 + 0.2 z.
func swissRoll(r *rand.Rand) (x, y float64) {
	t := 1.5 * math.Pi * (1 + 2*r.Float64())
	sin, cos := math.Sincos(t)
	return t*cos/5 + 0.2*r.NormFloat64(), t*sin/5 + 0.2*r.NormFloat64()
}

// rings is four concentric circles of radius 0.75, 1.5, 2.25 and 3 with equal numbers of points, plus 0.08 z.
func rings(r *rand.Rand) (x, y float64) {
	radius := 0.75 * float64(1+r.IntN(4))
	sin, cos := math.Sincos(2 * math.Pi * r.Float64())
	return radius*cos + 0.08*r.NormFloat64(), radius*sin + 0.08*r.NormFloat64()
}

// planar is a set in the plane by the formula of one point: planarLen points of each split, drawn from a fixed seed.
type planar func(*rand.Rand) (x, y float64)

func (formula planar) open(e entry, opt Options) (Dataset, error) {
	seed := seedOf(opt.Split)
	points := make([]float32, 0, 2*planarLen)
	for i := range planarLen {
		x, y := formula(source(seed, uint64(i)))
		points = append(points, float32(x), float32(y))
	}
	return &array{
		info: Info{
			Name:   e.name,
			Title:  e.title,
			Shape:  []int{2},
			Len:    planarLen,
			Source: fmt.Sprintf("formula %s, stream %d", e.name, seed),
		},
		x: points,
	}, nil
}
