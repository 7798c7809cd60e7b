package figures

import (
	"gonum.org/v1/plot"

	"image/color"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
)

// area is the signed area within loops, positive where they run counter-
// clockwise, so that holes count as negative.
func area(loops [][][2]float64) (sum float64) {
	for _, loop := range loops {
		for i, p := range loop {
			q := loop[(i+1)%len(loop)]
			sum += (p[0]*q[1] - p[1]*q[0]) / 2
		}
	}
	return sum
}

func sample(limit float64, n int, f func(x, y float64) float64) Grid {
	g := Grid{Values: make([][]float64, n)}
	for i := range n {
		g.X = append(g.X, limit*(2*float64(i)/float64(n-1)-1))
	}
	g.Y = g.X
	for j, y := range g.Y {
		for _, x := range g.X {
			g.Values[j] = append(g.Values[j], f(x, y))
		}
	}
	return g
}

// TestOutlineArea: the region above exp(−r²/2) is a disc of area πr², and that
// of a ring-shaped hill is an annulus, whose inner loop counts negative.
func TestOutlineArea(t *testing.T) {
	hill := sample(3, 241, func(x, y float64) float64 { return math.Exp(-(x*x + y*y) / 2) })
	for _, r := range []float64{0.3, 1, 2.5} {
		got := area(hill.outline(math.Exp(-r * r / 2)))
		if want := math.Pi * r * r; math.Abs(got-want) > 4e-3*want {
			t.Errorf("disc of radius %g: area %g, want %g", r, got, want)
		}
	}
	ring := sample(3, 241, func(x, y float64) float64 { return -math.Abs(math.Hypot(x, y) - 1.5) })
	loops := ring.outline(-0.5)
	if want := math.Pi * (2*2 - 1*1); len(loops) != 2 || math.Abs(area(loops)-want) > 2e-3*want {
		t.Errorf("annulus: %d loops of area %g, want 2 of %g", len(loops), area(loops), want)
	}
}

// TestOutlineComplement: on any values, saddles and borders included, the
// regions above and below a level share the grid's rectangle between them.
func TestOutlineComplement(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		g := sample(1, 9, func(_, _ float64) float64 { return random.NormFloat64() })
		minus := sample(1, 9, func(_, _ float64) float64 { return 0 })
		for j := range g.Values {
			for i := range g.Values[j] {
				minus.Values[j][i] = -g.Values[j][i]
			}
		}
		level := random.NormFloat64()
		if sum := area(g.outline(level)) + area(minus.outline(-level)); math.Abs(sum-4) > 1e-12 {
			t.Fatalf("level %g: the two regions cover %g of 4", level, sum)
		}
	}
}

// TestMassLevels: a standard Gaussian of the plane holds the share m of its
// mass where its density exceeds (1 − m)/2π.
func TestMassLevels(t *testing.T) {
	g := sample(6, 301, func(x, y float64) float64 { return math.Exp(-(x*x+y*y)/2) / (2 * math.Pi) })
	for i, level := range g.massLevels(densityMass) {
		if want := (1 - densityMass[i]) / (2 * math.Pi); math.Abs(level-want) > 0.01*want {
			t.Errorf("share %g: level %g, want %g", densityMass[i], level, want)
		}
	}
}

// lab converts a colour to CIELAB (D65), where distances are how different
// colours look.
func lab(c color.NRGBA) (l, a, b float64) {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	red, green, blue := linear(c.R), linear(c.G), linear(c.B)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x := f((0.4124*red + 0.3576*green + 0.1805*blue) / 0.95047)
	y := f(0.2126*red + 0.7152*green + 0.0722*blue)
	z := f((0.0193*red + 0.1192*green + 0.9505*blue) / 1.08883)
	return 116*y - 16, 500 * (x - y), 200 * (y - z)
}

// TestRamps: along the ramp of the norm lightness rises, and by nearly equal
// amounts; along that of the density it falls.
func TestRamps(t *testing.T) {
	const steps = 14
	l := func(r ramp, i int) float64 { l, _, _ := lab(r.at(float64(i) / steps)); return l }
	mean := (l(normRamp, steps) - l(normRamp, 0)) / steps
	for i := range steps {
		if d := l(normRamp, i+1) - l(normRamp, i); d < 0.6*mean || d > 1.5*mean {
			t.Errorf("step %d of %d raises the lightness by %.2f, the mean is %.2f", i, steps, d, mean)
		}
		if l(densityRamp, i+1) >= l(densityRamp, i) {
			t.Errorf("the density's ramp does not darken at step %d of %d", i, steps)
		}
	}
}

// TestTicks: on any range the marks lie inside, ascend, are not too many, and
// at least two are labelled, each differently.
func TestTicks(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	check := func(kind string, lo, hi float64, most int, ticks []plot.Tick) {
		labels := map[string]bool{}
		last := math.Inf(-1)
		slack := 1e-6 * (hi - lo)
		for _, k := range ticks {
			if k.Value < lo-slack || k.Value > hi+slack || k.Value <= last {
				t.Fatalf("%s [%g, %g]: mark at %g after %g", kind, lo, hi, k.Value, last)
			}
			last = k.Value
			if k.Label != "" {
				if labels[k.Label] {
					t.Fatalf("%s [%g, %g]: label %q twice", kind, lo, hi, k.Label)
				}
				labels[k.Label] = true
			}
		}
		if len(labels) < 2 || len(labels) > most+4 {
			t.Fatalf("%s [%g, %g]: %d labels, wanted about %d: %v", kind, lo, hi, len(labels), most, ticks)
		}
	}
	for range 2000 {
		lo := 100 * random.NormFloat64()
		hi := lo + math.Exp(6*random.NormFloat64())
		if hi-lo > 1e-3 {
			check("linear", lo, hi, 5, linearTicks(lo, hi, 5))
		}
		lo = math.Exp(5 * random.NormFloat64())
		hi = lo * math.Exp(0.1+4*math.Abs(random.NormFloat64()))
		check("log", lo, hi, 5, logTicks(lo, hi, 5))
	}
}

func TestTickLabels(t *testing.T) {
	text := func(ticks []plot.Tick) string {
		var labels []string
		for _, k := range ticks {
			if k.Label != "" {
				labels = append(labels, k.Label)
			}
		}
		return strings.Join(labels, " ")
	}
	for _, c := range []struct{ got, want string }{
		{text(linearTicks(0, 1, 6)), "0 0.2 0.4 0.6 0.8 1.0"},
		{text(linearTicks(-2.75, 2.75, 4)), "−2 0 2"},
		{text(linearTicks(0, 20000, 5)), "0 5000 10000 15000 20000"},
		{text(linearTicks(0, 4e5, 3)), "0 2 × $10^{5}$ 4 × $10^{5}$"},
		{text(logTicks(0.003, 20, 6)), "$10^{-2}$ $10^{-1}$ $10^{0}$ $10^{1}$"},
		{text(logTicks(0.18, 1.3, 6)), "0.2 0.5 1"},
		{scientific(0.000104, 2), "1.0 × $10^{-4}$"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestRuns(t *testing.T) {
	got := runs("$ρ_{Φ}$ ≈ $10^{-3}$ at 5 $")
	want := []run{
		{"ρ", true, onLine}, {"Φ", false, subscript}, {" ≈ 10", false, onLine},
		{"−3", false, superscript}, {" at 5 $", false, onLine},
	}
	if len(got) != len(want) {
		t.Fatalf("got %+v, want %+v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("run %d is %+v, want %+v", i, got[i], want[i])
		}
	}
}

// TestWrap: no line is too wide, no word is lost, mathematics stays whole.
func TestWrap(t *testing.T) {
	text := "relative excess $s = 0.1$ and then $10^{-3}$ more of it\nin the second line"
	width := vg.Points(70)
	lines := wrap(labelSize, width, text)
	for _, line := range lines {
		if textWidth(labelSize, line) > width || strings.Count(line, "$")%2 != 0 {
			t.Errorf("line %q is too wide or breaks mathematics", line)
		}
	}
	if got := strings.Join(lines, " "); got != strings.ReplaceAll(text, "\n", " ") {
		t.Errorf("wrapping changed the text to %q", got)
	}
}

// TestUntil: a path cut between two of its points ends on the line between
// them; cut at its ends it is a point, or whole.
func TestUntil(t *testing.T) {
	paths := [][][2]float64{{{0, 0}}, {{2, 0}}, {{2, 4}}}
	clock := []float64{0, 0.5, 1}
	for _, c := range []struct {
		s      float64
		points int
		end    [2]float64
	}{{0, 2, [2]float64{0, 0}}, {0.25, 2, [2]float64{1, 0}}, {0.75, 3, [2]float64{2, 2}}, {1, 3, [2]float64{2, 4}}} {
		got := until(paths, clock, c.s)[0]
		if len(got) != c.points || got[len(got)-1] != c.end {
			t.Errorf("cut at %g: %v, want %d points that end at %v", c.s, got, c.points, c.end)
		}
	}
}

// TestQuiver counts what is filled: of a thousand arrows in one place one is
// drawn, of two that leave the frame none, of two apart both. The longest has
// the full length, whatever its norm.
func TestQuiver(t *testing.T) {
	count := func(a Arrows) (filled []vg.Path) {
		var rec recorder.Canvas
		quiver{arrows: a, length: 0.2, reach: 1, strongest: 1}.Plot(
			draw.NewCanvas(&rec, 100, 100), newPanel([2]float64{0, 1}, [2]float64{0, 1}).axes)
		for _, action := range rec.Actions {
			if fill, ok := action.(*recorder.Fill); ok {
				filled = append(filled, fill.Path)
			}
		}
		return filled
	}
	var heap Arrows
	for range 1000 {
		heap.At = append(heap.At, [2]float64{0.5, 0.5})
		heap.Vector = append(heap.Vector, [2]float64{1, 0})
	}
	if n := len(count(heap)); n != 1 {
		t.Errorf("a heap: %d arrows, want 1", n)
	}
	leaving := Arrows{At: [][2]float64{{0.9, 0.5}, {0.5, 0.05}}, Vector: [][2]float64{{1, 0}, {0, -1}}}
	if n := len(count(leaving)); n != 0 {
		t.Errorf("leaving the frame: %d arrows, want none", n)
	}
	apart := count(Arrows{At: [][2]float64{{0.2, 0.5}, {0.6, 0.5}}, Vector: [][2]float64{{50, 0}, {0.5, 0}}})
	if len(apart) != 2 {
		t.Fatalf("apart: %d arrows, want 2", len(apart))
	}
	for i, want := range []vg.Length{20 + 20, 60 + 10} { // where the tips are
		if tip := apart[i][3].Pos.X; math.Abs(float64(tip-want)) > 1e-9 {
			t.Errorf("arrow %d ends at %g, want %g", i, tip, want)
		}
	}
}

// TestGaps: a value that no axis can show cuts its curve.
func TestGaps(t *testing.T) {
	s := Series{X: []float64{0, 1, 2, 3, 4, 5}, Y: []float64{1, math.NaN(), 1, 1, 0, math.Inf(1)}}
	got := LinePanel{LogY: true}.pieces(s)
	if len(got) != 2 || got[0] != [2]int{0, 1} || got[1] != [2]int{2, 4} {
		t.Errorf("pieces %v, want [0, 1) and [2, 4)", got)
	}
}
