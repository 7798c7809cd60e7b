package homotopy_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/homotopy/homotopytest"
)

// logHomotopy is a path that is a homotopy of log-densities, with the constants of its table in THEORY §2.
type logHomotopy struct {
	homotopy.Timed
	name                    string
	omega, sigma, c, kappa0 float64
}

func (h logHomotopy) String() string { return fmt.Sprint(h.Timed) }

// paths are all three with the usual and with unusual constants.
func paths() (all []logHomotopy) {
	for _, k := range [][2]float64{{1, 0.01}, {2.5, 0.3}} {
		omega, sigma := k[0], k[1]
		all = append(all,
			logHomotopy{homotopy.Posterior{Omega: omega, Sigma: sigma}, "posterior", omega, sigma, 1 - sigma/math.Sqrt(sigma*sigma+omega*omega), 1},
			logHomotopy{homotopy.Linear{Omega: omega, Sigma: sigma}, "linear", omega, sigma, 1 - sigma/omega, omega * omega / (omega*omega - sigma*sigma)},
			logHomotopy{homotopy.Straight{Omega: omega}, "straight", omega, omega * homotopy.StraightEnd, 1 - 1e-3, 0})
	}
	return all
}

// Every path that can be named passes the suite, and says its name in its string.
func TestSuite(t *testing.T) {
	for _, k := range [][2]float64{{1, 0.01}, {2.5, 0.3}} {
		for _, name := range homotopy.List.Names() {
			omega := k[0]
			if !homotopy.List.Takes(name, "omega") {
				omega = 1
			}
			h, err := homotopy.New(name, omega, k[1], nil)
			if err != nil {
				t.Fatal(err)
			}
			t.Run(fmt.Sprint(h), func(t *testing.T) { homotopytest.Run(t, h, omega) })
		}
	}
}

// exponents are α(t) and β(t) of the table in THEORY §1.
func exponents(h logHomotopy, t float64) (alpha, beta float64) {
	switch h.name {
	case "posterior":
		return 1, t
	case "linear":
		return 1 - t, t
	default:
		return 1 / (1 - t), t * h.sigma * h.sigma / (h.omega * h.omega * (1 - t) * (1 - t))
	}
}

// TestTable: on the clock, the path is the conditional log-homotopy of THEORY §1 at the paper's
// time t(s): first its table's μ and v, then the density itself, log N(x; μx̄, vI) = α log q + β log p + const.
func TestTable(t *testing.T) {
	for _, h := range paths() {
		for _, c := range homotopytest.Evaluate(t, h, homotopytest.Grid(21)) {
			alpha, beta := exponents(h, h.Time(c.S))
			omega2, sigma2 := h.omega*h.omega, h.sigma*h.sigma
			d := alpha*sigma2 + beta*omega2
			near(t, fmt.Sprintf("%v: μ(%g)", h, c.S), c.Mu, beta*omega2/d, 1e-10)
			near(t, fmt.Sprintf("%v: v(%g)", h, c.S), c.V, omega2*sigma2/d, 1e-10)

			data, constant := 0.7, math.NaN()
			for _, x := range []float64{-1.3, 0.2, 2.1} {
				logPath := -(x - c.Mu*data) * (x - c.Mu*data) / (2 * c.V)
				homotopic := -alpha*x*x/(2*omega2) - beta*(data-x)*(data-x)/(2*sigma2)
				if difference := logPath - homotopic; math.IsNaN(constant) {
					constant = difference
				} else {
					near(t, fmt.Sprintf("%v: the constant at s = %g", h, c.S), difference, constant, 1e-9)
				}
			}
		}
	}
}

// TestClock: the arc-length clock and its table, THEORY §2.
func TestClock(t *testing.T) {
	for _, h := range paths() {
		for _, c := range homotopytest.Evaluate(t, h, homotopytest.Grid(21)) {
			r := 1 - h.c*c.S
			near(t, h.String()+": √v", math.Sqrt(c.V), h.omega*r, 1e-12)
			near(t, h.String()+": d√v/ds", c.VDot/(2*math.Sqrt(c.V)), -h.c*h.omega, 1e-12)
			if h.name == "straight" {
				near(t, h.String()+": μ", c.Mu, h.c*c.S, 1e-12)
				near(t, h.String()+": μ̇", c.MuDot, h.c, 1e-12)
			} else {
				near(t, h.String()+": μ", c.Mu, h.kappa0*(1-r*r), 1e-12)
				near(t, h.String()+": μ̇", c.MuDot, 2*h.kappa0*h.c*r, 1e-12)
			}
		}
	}
}

// TestTimeEnds: t runs from 0 to 1 (to 1 − t_min for Straight), and grows.
func TestTimeEnds(t *testing.T) {
	for _, h := range paths() {
		end := 1.0
		if h.name == "straight" {
			end -= homotopy.StraightEnd
		}
		near(t, h.String()+": t(0)", h.Time(0), 0, 0)
		near(t, h.String()+": t(1)", h.Time(1), end, 1e-10)
		for i, s := range homotopytest.Grid(50)[1:] {
			if before := homotopytest.Grid(50)[i]; h.Time(s) <= h.Time(before) {
				t.Errorf("%v: t(%g) = %g after t(%g) = %g", h, s, h.Time(s), before, h.Time(before))
			}
		}
	}
}

// TestKappa: κ = (v/2) d/ds log(μ²/v), THEORY §6, in the graph and on the host, by central differences.
func TestKappa(t *testing.T) {
	const step = 1e-6
	for _, h := range paths() {
		for _, s := range []float64{0.1, 0.4, 0.7, 0.95} {
			c := homotopytest.Evaluate(t, h, []float64{s - step, s, s + step})
			logRatio := func(c homotopy.Values) float64 { return math.Log(c.Mu * c.Mu / c.V) }
			want := c[1].V / 2 * (logRatio(c[2]) - logRatio(c[0])) / (2 * step)
			near(t, fmt.Sprintf("%v: κ(%g)", h, s), c[1].Kappa(), want, 1e-7)

			inGraph, err := graph.CallOnce(backend.Host(), func(s *homotopy.Node) *homotopy.Node { return h.At(s).Kappa() }, []float64{s})
			if err != nil {
				t.Fatal(err)
			}
			near(t, fmt.Sprintf("%v: κ(%g) in the graph", h, s), inGraph.Value().([]float64)[0], c[1].Kappa(), 1e-12)
		}
	}
}

// TestInnovation: γ = α̇‖x‖²/ω² + β̇‖x − x̄‖²/σ² less its mean over x given x̄ is −(v̇/v)(‖ε‖² − d)
// − 2(μ̇/√v) ε·x̄ (THEORY §3), with α̇ and β̇ in the clock by differences.
func TestInnovation(t *testing.T) {
	const step = 1e-6
	data, noise := []float64{0.9, -0.4, 1.3}, []float64{0.6, -1.7, 0.3}
	dot := func(x, y []float64) float64 { return x[0]*y[0] + x[1]*y[1] + x[2]*y[2] }
	for _, h := range paths() {
		for _, s := range []float64{0.1, 0.5, 0.9} {
			c := homotopytest.Evaluate(t, h, []float64{s})[0]
			alpha0, beta0 := exponents(h, h.Time(s-step))
			alpha1, beta1 := exponents(h, h.Time(s+step))
			prior := (alpha1 - alpha0) / (2 * step) / (h.omega * h.omega)
			likelihood := (beta1 - beta0) / (2 * step) / (h.sigma * h.sigma)

			x, residual := make([]float64, 3), make([]float64, 3)
			for j := range x {
				x[j] = c.Mu*data[j] + math.Sqrt(c.V)*noise[j]
				residual[j] = x[j] - data[j]
			}
			gamma := prior*dot(x, x) + likelihood*dot(residual, residual)
			mean := prior*(c.Mu*c.Mu*dot(data, data)+3*c.V) + likelihood*((1-c.Mu)*(1-c.Mu)*dot(data, data)+3*c.V)
			want := -c.VDot/c.V*(dot(noise, noise)-3) - 2*c.MuDot/math.Sqrt(c.V)*dot(noise, data)
			near(t, fmt.Sprintf("%v: γ − γ̄ at s = %g", h, s), gamma-mean, want, 1e-6)
		}
	}
}

// TestVelocity: u_c is the velocity of x = μx̄ + √v ε along the path with x̄ and ε held, for points
// and for images.
func TestVelocity(t *testing.T) {
	const step = 1e-6
	h := paths()[1]
	r := rand.New(rand.NewPCG(1, 1))
	random := func() [][][]float64 {
		x := [][][]float64{{{0, 0}, {0, 0}}, {{0, 0}, {0, 0}}}
		for _, a := range x {
			for _, b := range a {
				b[0], b[1] = r.NormFloat64(), r.NormFloat64()
			}
		}
		return x
	}
	out, err := graph.CallOnceN(backend.Host(), func(data, noise, s *homotopy.Node) []*homotopy.Node {
		at := func(shift float64) homotopy.Point { return homotopy.Draw(h, data, noise, graph.AddScalar(s, shift)) }
		moved := graph.Sub(at(step).X, at(-step).X)
		return []*homotopy.Node{at(0).Velocity(), graph.DivScalar(moved, 2*step)}
	}, random(), random(), []float64{0.3, 0.8})
	if err != nil {
		t.Fatal(err)
	}
	if !out[0].InDelta(out[1], 1e-8) {
		t.Errorf("velocity %s, differences give %s", out[0].GoStr(), out[1].GoStr())
	}
}

func TestErrorsNameTheValue(t *testing.T) {
	_, unknown := homotopy.New("circular", 1, 0.01, nil)
	omega := homotopy.Posterior{Omega: -2, Sigma: 0.01}.Validate()
	sigma := homotopy.Posterior{Omega: 1, Sigma: math.NaN()}.Validate()
	wide := homotopy.Linear{Omega: 0.5, Sigma: 0.75}.Validate()
	_, outside := homotopy.Evaluate(backend.Host(), paths()[0], []float64{0.5, 1.25})
	for want, err := range map[string]error{"circular": unknown, "-2": omega, "NaN": sigma, "0.75": wide, "1.25": outside} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error that names %s, got %v", want, err)
		}
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))) {
		t.Errorf("%s = %.15g, want %.15g", what, got, want)
	}
}
