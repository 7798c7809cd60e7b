package loss_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/integrate/quad"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// The data is three points in the plane: with Gauss–Hermite nodes for the noise, every mean over the
// path at one s is a finite sum, and the identities of THEORY §4 and §5 hold to its error, about 1e-8.
var (
	dataWeights = []float64{0.5, 0.3, 0.2}
	dataPoints  = [][]float64{{1.2, 0.4}, {-0.8, 0.9}, {0.3, -1.1}}
)

// estimators take each example for itself, so that the nodes of the quadrature may be weighted.
var estimators = []loss.Loss{loss.Alignment{}, loss.VarianceReduced{}, loss.Covariance{}}

const nodes = 64 // per axis of the noise

// rule is the quadrature: data, noise and weight of each term of the sum.
func rule() (data, noise [][]float64, weights []float64) {
	x, w := make([]float64, nodes), make([]float64, nodes)
	quad.Hermite{}.FixedLocations(x, w, math.Inf(-1), math.Inf(1))
	for k, point := range dataPoints {
		for a := range x {
			for b := range x {
				weight := dataWeights[k] * w[a] * w[b] / math.Pi
				if weight < 1e-18 { // a sum of terms of order one does not see it
					continue
				}
				data = append(data, point)
				noise = append(noise, []float64{math.Sqrt2 * x[a], math.Sqrt2 * x[b]})
				weights = append(weights, weight)
			}
		}
	}
	return data, noise, weights
}

// terms are means over the path at one s.
type terms struct {
	loss       map[string]float64 // by name
	velocity   float64            // ½E‖u_c‖², by which Alignment exceeds the others
	norm       float64            // E‖∇Φ‖²
	exactNorm  float64            // E‖∇Φ*‖²
	excess     float64            // E‖∇Φ − ∇Φ*‖²
	covariance float64            // E_x̄ Cov(Φ, γ)
}

func measure(t *testing.T, p potential.Potential, h homotopy.Homotopy, s float64) terms {
	t.Helper()
	data, noise, weights := rule()
	clock := make([]float64, len(data))
	for i := range clock {
		clock[i] = s
	}
	oracle := exact(t, h)
	store := model.NewStore()
	store.SetParam(model.ParamInitialSeed, int64(5))
	out, err := model.CallOnceN(backend.Host(), store, func(scope *model.Scope, data, noise, s *loss.Node) []*loss.Node {
		point := homotopy.Draw(h, data, noise, s)
		at := potential.Evaluator(scope, p)
		phi, grad := at(point.X, s)
		best := oracle.Field(scope, point.X, point.Coefficients)
		square := func(x *loss.Node) *loss.Node { return graph.ReduceSum(graph.Square(x), 1) }
		values := []*loss.Node{
			graph.MulScalar(square(point.Velocity()), 0.5), square(grad), square(best), square(graph.Sub(grad, best)),
			graph.Mul(phi, innovation(point)),
		}
		for _, l := range estimators {
			values = append(values, l.Value(point, at))
		}
		return values
	}, data, noise, clock)
	if err != nil {
		t.Fatal(err)
	}
	mean := func(k int) float64 {
		sum := 0.0
		for i, v := range out[k].Value().([]float64) {
			sum += weights[i] * v
		}
		return sum
	}
	m := terms{velocity: mean(0), norm: mean(1), exactNorm: mean(2), excess: mean(3), covariance: mean(4), loss: map[string]float64{}}
	for k, l := range estimators {
		m.loss[fmt.Sprintf("%T", l)] = mean(5 + k)
	}
	m.loss["loss.Alignment"] -= m.velocity
	return m
}

// innovation is γ − γ̄ = −(v̇/v)(‖ε‖² − d) − 2(μ̇/√v) ε·x̄ (THEORY §3), written out again.
func innovation(p homotopy.Point) *loss.Node {
	flat := func(x *loss.Node) *loss.Node { return graph.Reshape(x, x.Shape().Dim(0), -1) }
	noise, data := flat(p.Noise), flat(p.Data)
	d := float64(noise.Shape().Dim(1))
	spread := graph.Mul(graph.Div(p.VDot, p.V), graph.AddScalar(graph.ReduceSum(graph.Mul(noise, noise), 1), -d))
	pull := graph.Mul(graph.Div(p.MuDot, graph.Sqrt(p.V)), graph.ReduceSum(graph.Mul(noise, data), 1))
	return graph.Neg(graph.Add(spread, graph.MulScalar(pull, 2)))
}

func exact(t *testing.T, h homotopy.Homotopy) mixture.Optimal {
	t.Helper()
	m, err := mixture.New(dataWeights, dataPoints, 0)
	if err != nil {
		t.Fatal(err)
	}
	return mixture.Optimal{Mixture: m, Homotopy: h}
}

func paths(t *testing.T) []homotopy.Homotopy {
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

var clock = []float64{0.02, 0.3, 0.6}

// TestOneLoss: the three estimators have one mean, for the optimum and for a network with random
// weights, and the excess of that mean over the minimum is ½E‖∇Φ − ∇Φ*‖² (THEORY §4, §5).
func TestOneLoss(t *testing.T) {
	for _, h := range paths(t) {
		for _, s := range clock {
			for name, p := range map[string]potential.Potential{
				"the optimum": exact(t, h),
				"a network":   potential.MLP{Width: 16, Depth: 2},
			} {
				m := measure(t, p, h, s)
				want := -m.exactNorm/2 + m.excess/2
				for estimator, got := range m.loss {
					near(t, got, want, "%v, s = %g: %s of %s", h, s, estimator, name)
				}
			}
		}
	}
}

// TestMinimum: at the optimum the covariance term is −2 times the norm term (THEORY §4).
func TestMinimum(t *testing.T) {
	for _, h := range paths(t) {
		for _, s := range clock {
			m := measure(t, exact(t, h), h, s)
			near(t, m.covariance/2, -2*m.norm/2, "%v, s = %g: ½E Cov(Φ*, γ)", h, s)
			near(t, m.excess, 0, "%v, s = %g: E‖∇Φ − ∇Φ*‖²", h, s)
		}
	}
}

func near(t *testing.T, got, want float64, format string, args ...any) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-7*math.Max(1, math.Abs(want))) {
		t.Errorf(format+": got %.12g, want %.12g", append(args, got, want)...)
	}
}
