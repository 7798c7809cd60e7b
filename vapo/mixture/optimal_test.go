package mixture_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// TestField: u* is the conditional velocity's mean (v̇/2v) x + (μ̇ − μ v̇/2v) E[x̄|x], log ρ̄ the
// logarithm of the sum of Gaussians, and the gradient of Φ* is u*, at every s (THEORY §6).
func TestField(t *testing.T) {
	for name, m := range problems(t) {
		for _, h := range paths(t) {
			o := mixture.Optimal{Mixture: m, Homotopy: h}
			for _, s := range clock {
				c := coefficients(t, h, s)
				x := m.SamplePath(c, 16, 1)
				exact := evaluate(t, o, x, s)
				phi, grad := differentiate(t, o, x, s)
				for i := range x {
					mean, logDensity := posterior(m, x[i], c)
					near(t, exact.LogDensity[i], logDensity, 1e-9, "%s, %v: log ρ̄ at s = %g", name, h, s)
					near(t, phi[i], exact.Phi[i], 1e-9, "%s, %v: Φ* as a potential at s = %g", name, h, s)
					for j := range x[i] {
						pull := c.VDot / (2 * c.V)
						want := pull*x[i][j] + (c.MuDot-c.Mu*pull)*mean[j]
						near(t, exact.Field[i][j], want, 1e-8, "%s, %v: u* at s = %g", name, h, s)
						near(t, grad[i][j], want, 1e-8, "%s, %v: ∇Φ* at s = %g", name, h, s)
					}
				}
			}
		}
	}
}

// TestPotential: for points, Φ* = (v̇/4v)‖x‖² + κ log E exp(μ x̄·x/v − μ²‖x̄‖²/2v) + c(s) as THEORY §6
// writes it: the difference does not depend on x.
func TestPotential(t *testing.T) {
	m := uneven(t, 0)
	for _, h := range paths(t) {
		for _, s := range []float64{0.05, 0.3, 0.6, 0.9} {
			c := coefficients(t, h, s)
			x := m.SamplePath(c, 8, 2)
			phi := evaluate(t, mixture.Optimal{Mixture: m, Homotopy: h}, x, s).Phi
			constant := 0.0
			for i := range x {
				mean := 0.0
				for k, mk := range m.Means {
					mean += weight(m, k) * math.Exp(c.Mu*dot(mk, x[i])/c.V-c.Mu*c.Mu*dot(mk, mk)/(2*c.V))
				}
				difference := phi[i] - c.VDot/(4*c.V)*dot(x[i], x[i]) - c.Kappa()*math.Log(mean)
				if i == 0 {
					constant = difference
				}
				near(t, difference, constant, 1e-9, "%v: c(%g)", h, s)
			}
		}
	}
}

// TestStart: Φ*(x, 0) = (v̇/4v)(‖x‖² − dv) + μ̇ E[x̄]·x, where κ is infinite, and float32 follows
// float64 all the way there; a plain log-sum-exp over μ would be off by 1e-7/μ.
func TestStart(t *testing.T) {
	for name, m := range problems(t) {
		for _, h := range paths(t) {
			o := mixture.Optimal{Mixture: m, Homotopy: h}
			c := coefficients(t, h, 0)
			x := m.SamplePath(c, 16, 3)
			mean := make([]float64, m.Dim())
			narrow := make([][]float32, len(x))
			for k, mk := range m.Means {
				for j := range mean {
					mean[j] += weight(m, k) * mk[j]
				}
			}
			phi := evaluate(t, o, x, 0).Phi
			for i := range x {
				want := c.VDot/(4*c.V)*(dot(x[i], x[i])-float64(m.Dim())*c.V) + c.MuDot*dot(mean, x[i])
				near(t, phi[i], want, 1e-12, "%s, %v: Φ*(x, 0)", name, h)
				narrow[i] = make([]float32, m.Dim())
				for j := range x[i] {
					narrow[i][j] = float32(x[i][j])
					x[i][j] = float64(narrow[i][j])
				}
			}
			for _, s := range []float64{0, 0x1p-30, 0x1p-20, 0x1p-12, 0x1p-6, 0.5} {
				exact := evaluate(t, o, x, s)
				phi, grad := differentiate(t, o, narrow, s)
				for i := range x {
					near(t, float64(phi[i]), exact.Phi[i], 1e-5, "%s, %v: Φ*(x, %g) in float32", name, h, s)
					for j := range x[i] {
						near(t, float64(grad[i][j]), exact.Field[i][j], 2e-5, "%s, %v: ∇Φ*(x, %g) in float32", name, h, s)
					}
				}
			}
		}
	}
}

// TestScore: score and log-density follow from Φ by κ (THEORY §6): ∇log ρ̄ = (∇Φ − (μ̇/μ)x)/κ, and
// log ρ̄ − (Φ − (μ̇/2μ)‖x‖²)/κ does not depend on x.
func TestScore(t *testing.T) {
	const step = 1e-5
	for name, m := range problems(t) {
		for _, h := range paths(t) {
			o := mixture.Optimal{Mixture: m, Homotopy: h}
			for _, s := range []float64{0.2, 0.5, 0.8} {
				c := coefficients(t, h, s)
				x := m.SamplePath(c, 6, 4)
				exact := evaluate(t, o, x, s)
				var constant float64
				ends := evaluate(t, o, neighbours(x, step), s).LogDensity
				for i := range x {
					for j := range x[i] {
						score := (exact.Field[i][j] - c.MuDot/c.Mu*x[i][j]) / c.Kappa()
						at := 2 * (i*m.Dim() + j)
						near(t, score, (ends[at+1]-ends[at])/(2*step), 1e-6, "%s, %v: score at s = %g", name, h, s)
					}
					difference := exact.LogDensity[i] - (exact.Phi[i]-c.MuDot/(2*c.Mu)*dot(x[i], x[i]))/c.Kappa()
					if i == 0 {
						constant = difference
					}
					near(t, difference, constant, 1e-9, "%s, %v: log ρ̄ from Φ at s = %g", name, h, s)
				}
			}
		}
	}
}

// TestHigherOrder: the Laplacian of Φ* by differentiating its gradient again, as exact divergence
// does, against differences of u*, at s = 0 too.
func TestHigherOrder(t *testing.T) {
	const step = 1e-5
	m, h := uneven(t, 0.3), paths(t)[1]
	o := mixture.Optimal{Mixture: m, Homotopy: h}
	for _, s := range clock {
		x := m.SamplePath(coefficients(t, h, s), 4, 5)
		laplacian, err := model.CallOnce(backend.Host(), model.NewStore(), func(scope *model.Scope, x *mixture.Node) *mixture.Node {
			s := graph.MulScalar(graph.OnesLike(graph.ReduceSum(x, 1)), s)
			_, grad := potential.Evaluator(scope, o)(x, s)
			sum := graph.ZerosLike(s)
			for j := range m.Dim() {
				axis := graph.OneHot(graph.Const(x.Graph(), []int32{int32(j)}), m.Dim(), x.DType()) // [1, d]
				second := graph.Gradient(graph.ReduceAllSum(graph.Mul(grad, axis)), x)[0]
				sum = graph.Add(sum, graph.ReduceSum(graph.Mul(second, axis), 1))
			}
			return sum
		}, x)
		if err != nil {
			t.Fatal(err)
		}
		divergence := divergences(t, o, x, s, step)
		for i, got := range laplacian.Value().([]float64) {
			near(t, got, divergence[i], 1e-6, "∆Φ* at s = %g", s)
		}
	}
}

// TestBackends: the oracle and the excess of a network agree on every backend of this machine.
func TestBackends(t *testing.T) {
	m, h := mixture.Ring8(), paths(t)[1]
	o := mixture.Optimal{Mixture: m, Homotopy: h}
	x := m.SamplePath(coefficients(t, h, 0.6), 32, 12)
	want := evaluate(t, o, x, 0.6)
	half := altered{o, 0.5, 0}
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		got, err := o.Evaluate(b, x, 0.6)
		if err != nil {
			t.Fatal(err)
		}
		for i := range x {
			near(t, got.Phi[i], want.Phi[i], 1e-9, "Φ*")
			near(t, got.Field[i][0], want.Field[i][0], 1e-9, "u*")
			near(t, got.LogDensity[i], want.LogDensity[i], 1e-9, "log ρ̄")
		}
		report, err := mixture.Excess(t.Context(), on(b, half, h, m), m, 64, 1)
		if err != nil {
			t.Fatal(err)
		}
		near(t, report.Overall, 0.25, 1e-5, "excess of Φ*/2")
	})
}

// TestRareComponent: at a component so rare that 1 minus its weight rounds to 1, Φ* and its gradient
// in float32 are finite and right.
func TestRareComponent(t *testing.T) {
	m, err := mixture.New([]float64{1 - 0x1p-30, 0x1p-30}, [][]float64{{-1, 0}, {1, 0}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range paths(t) {
		o := mixture.Optimal{Mixture: m, Homotopy: h}
		exact := evaluate(t, o, [][]float64{{1, 0.125}}, 0.9375)
		phi, grad := differentiate(t, o, [][]float32{{1, 0.125}}, 0.9375)
		near(t, float64(phi[0]), exact.Phi[0], 1e-5, "%v: Φ*", h)
		near(t, float64(grad[0][0]), exact.Field[0][0], 1e-4, "%v: ∇Φ*", h)
	}
}

// TestLargeMixture: components beyond a few are variables that do not train; two such mixtures in
// one store stay apart, and the field is that of each.
func TestLargeMixture(t *testing.T) {
	h := paths(t)[1]
	store := model.NewStore()
	for seed := range uint64(2) {
		m, err := mixture.Points(mixture.Ring8().Sample(3000, seed))
		if err != nil {
			t.Fatal(err)
		}
		o := mixture.Optimal{Mixture: m, Homotopy: h}
		x := [][]float64{{0.5, 1}, {-1, 0.2}}
		out, err := model.CallOnceN(backend.Host(), store, func(scope *model.Scope, x, s *mixture.Node) []*mixture.Node {
			phi, grad := potential.Evaluator(scope, o)(x, s)
			c := h.At(s)
			return []*mixture.Node{phi, grad, o.Field(scope, x, c), o.LogDensity(scope, x, c)}
		}, x, []float64{0.7, 0.7})
		if err != nil {
			t.Fatal(err)
		}
		want := evaluate(t, o, x, 0.7)
		for i := range x {
			near(t, out[0].Value().([]float64)[i], want.Phi[i], 1e-12, "Φ* of set %d", seed)
			near(t, out[1].Value().([][]float64)[i][0], want.Field[i][0], 1e-9, "∇Φ* of set %d", seed)
			near(t, out[2].Value().([][]float64)[i][0], want.Field[i][0], 1e-12, "u* of set %d", seed)
			near(t, out[3].Value().([]float64)[i], want.LogDensity[i], 1e-12, "log ρ̄ of set %d", seed)
		}
	}
	for v := range store.IterVariables() {
		if v.Trainable {
			t.Errorf("%s is trainable; the data must not be", v)
		}
	}
}

// TestBatches: a call larger than a batch gives each point the value it has alone.
func TestBatches(t *testing.T) {
	m, h := mixture.Ring8(), paths(t)[1]
	o := mixture.Optimal{Mixture: m, Homotopy: h}
	x := m.SamplePath(coefficients(t, h, 0.4), 2500, 6)
	s := make([]float64, len(x))
	for i := range s {
		s[i] = float64(i) / float64(len(s))
	}
	all, err := o.Evaluate(backend.Host(), x, s...)
	if err != nil {
		t.Fatal(err)
	}
	if len(all.Phi) != len(x) || len(all.Field) != len(x) || len(all.LogDensity) != len(x) {
		t.Fatalf("got %d, %d and %d values for %d points", len(all.Phi), len(all.Field), len(all.LogDensity), len(x))
	}
	for _, i := range []int{0, 1023, 1024, 2499} {
		alone := evaluate(t, o, x[i:i+1], s[i])
		near(t, all.Phi[i], alone.Phi[0], 1e-12, "Φ* of point %d", i)
		near(t, all.LogDensity[i], alone.LogDensity[0], 1e-12, "log ρ̄ of point %d", i)
		near(t, all.Field[i][1], alone.Field[0][1], 1e-12, "u* of point %d", i)
	}
}
