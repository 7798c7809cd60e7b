package mixture_test

import (
	"math"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/homotopy/homotopytest"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// uneven is a planar mixture without symmetry; points is the same with τ = 0.
func uneven(t testing.TB, std float64) mixture.Mixture {
	t.Helper()
	m, err := mixture.New([]float64{0.5, 0.3, 0.2}, [][]float64{{1.2, 0.4}, {-0.8, 0.9}, {0.3, -1.1}}, std)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func problems(t testing.TB) map[string]mixture.Mixture {
	return map[string]mixture.Mixture{
		"uneven": uneven(t, 0.3), "points": uneven(t, 0), "ring8": mixture.Ring8(), "gauss16": mixture.Gauss16(),
	}
}

// paths are the three with σ = 0.1, which keeps κ, by which some identities divide, away from zero.
func paths(t testing.TB) []homotopy.Homotopy {
	t.Helper()
	var all []homotopy.Homotopy
	for _, name := range homotopy.List.Names() {
		h, err := homotopy.New(name, 1.3, 0.1, nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, h)
	}
	return all
}

// clock covers both ends, the approach to s = 0, where κ is unbounded, and the inside.
var clock = []float64{0, 1e-9, 1e-4, 0.05, 0.3, 0.6, 0.9, 1}

func coefficients(t testing.TB, h homotopy.Homotopy, s float64) homotopy.Values {
	t.Helper()
	return homotopytest.Evaluate(t, h, []float64{s})[0]
}

func evaluate(t testing.TB, o mixture.Optimal, x [][]float64, s float64) mixture.Exact {
	t.Helper()
	e, err := o.Evaluate(backend.Host(), x, s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// differentiate gives Φ and, by automatic differentiation, ∇Φ of any potential at s.
func differentiate[T float32 | float64](t testing.TB, p potential.Potential, x [][]T, s float64) (phi []T, grad [][]T) {
	t.Helper()
	clock := make([]T, len(x))
	for i := range clock {
		clock[i] = T(s)
	}
	out, err := model.CallOnceN(backend.Host(), model.NewStore(), func(scope *model.Scope, x, s *mixture.Node) []*mixture.Node {
		phi, grad := potential.Evaluator(scope, p)(x, s)
		return []*mixture.Node{phi, grad}
	}, x, clock)
	if err != nil {
		t.Fatal(err)
	}
	return out[0].Value().([]T), out[1].Value().([][]T)
}

// posterior computes E[x̄ | x, s] and log ρ̄(x; s) by THEORY §6 as written, one component at a time.
func posterior(m mixture.Mixture, x []float64, c homotopy.Values) (mean []float64, logDensity float64) {
	variance, d := c.V+c.Mu*c.Mu*m.Std*m.Std, float64(len(x))
	logs, most := make([]float64, len(m.Means)), math.Inf(-1)
	for k, mk := range m.Means {
		distance := 0.0
		for j := range x {
			distance += (x[j] - c.Mu*mk[j]) * (x[j] - c.Mu*mk[j])
		}
		logs[k] = math.Log(weight(m, k)) - distance/(2*variance) - d/2*math.Log(2*math.Pi*variance)
		most = math.Max(most, logs[k])
	}
	mean, sum := make([]float64, len(x)), 0.0
	for k, mk := range m.Means {
		r := math.Exp(logs[k] - most)
		sum += r
		for j := range x {
			mean[j] += r * (mk[j] + c.Mu*m.Std*m.Std/variance*(x[j]-c.Mu*mk[j]))
		}
	}
	for j := range mean {
		mean[j] /= sum
	}
	return mean, most + math.Log(sum)
}

func weight(m mixture.Mixture, k int) float64 {
	if m.Weights == nil {
		return 1 / float64(len(m.Means))
	}
	return m.Weights[k]
}

// neighbours are, for each x and axis in turn, x moved by -step and by +step.
func neighbours(x [][]float64, step float64) [][]float64 {
	var moved [][]float64
	for i := range x {
		for j := range x[i] {
			for _, shift := range []float64{-step, step} {
				y := append([]float64(nil), x[i]...)
				y[j] += shift
				moved = append(moved, y)
			}
		}
	}
	return moved
}

// divergences of u* at each x by central differences.
func divergences(t *testing.T, o mixture.Optimal, x [][]float64, s, step float64) []float64 {
	t.Helper()
	field := evaluate(t, o, neighbours(x, step), s).Field
	sums, at := make([]float64, len(x)), 0
	for i := range x {
		for j := range x[i] {
			sums[i] += (field[at+1][j] - field[at][j]) / (2 * step)
			at += 2
		}
	}
	return sums
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for j := range x {
		sum += x[j] * y[j]
	}
	return sum
}

// near fails unless got is within tolerance of want, relative where want exceeds one.
func near(t *testing.T, got, want, tolerance float64, format string, args ...any) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Max(1, math.Abs(want))) {
		t.Errorf(format+": got %.15g, want %.15g", append(args, got, want)...)
	}
}
