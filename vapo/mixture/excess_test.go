package mixture_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/integrate/quad"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// altered is factor·Φ + tilt·x₁: its distance from Φ is known.
type altered struct {
	potential.Potential
	factor, tilt float64
}

func (a altered) Value(scope *model.Scope, x, s *potential.Node) *potential.Node {
	first := graph.ReduceSum(graph.Mul(x, graph.OneHot(graph.Const(x.Graph(), []int32{0}), x.Shape().Dim(1), x.DType())), 1)
	return graph.Add(graph.MulScalar(a.Potential.Value(scope, x, s), a.factor), graph.MulScalar(first, a.tilt))
}

// on is the flow of p, for points of m's dimension.
func on(b compute.Backend, p potential.Potential, h homotopy.Homotopy, m mixture.Mixture) *flow.Flow {
	return &flow.Flow{Backend: b, Homotopy: h, Potential: p, Shape: []int{m.Dim()}}
}

func excess(t *testing.T, p potential.Potential, h homotopy.Homotopy, m mixture.Mixture, n int) mixture.Report {
	t.Helper()
	r, err := mixture.Excess(t.Context(), on(backend.Host(), p, h, m), m, n, 11)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestExcessOfKnown: the optimum has none, in float32; a multiple aΦ* has (a − 1)², overall and in
// every quarter, whatever the sample.
func TestExcessOfKnown(t *testing.T) {
	for name, m := range problems(t) {
		for _, h := range paths(t) {
			o := mixture.Optimal{Mixture: m, Homotopy: h}
			best, half := excess(t, o, h, m, 500), excess(t, altered{o, 0.5, 0}, h, m, 500)
			near(t, best.Overall, 0, 1e-7, "%s, %v: excess of Φ*", name, h)
			near(t, half.Overall, 0.25, 1e-5, "%s, %v: excess of Φ*/2", name, h)
			for q := range half.Quarters {
				near(t, half.Quarters[q], 0.25, 1e-5, "%s, %v: excess of Φ*/2, quarter %d", name, h, q)
			}
		}
	}
}

// TestExcessQuarters: Φ* + a x₁ on a Gaussian has excess a²/E‖u*‖² in each quarter, where
// E‖u*‖² = μ̇²‖m‖² + dV̇²/4V (THEORY §6); the ratio of means over 20,000 samples is good to 2 %.
func TestExcessQuarters(t *testing.T) {
	const tilt = 0.4
	m := mixture.Gauss2()
	for _, h := range paths(t) {
		got := excess(t, altered{mixture.Optimal{Mixture: m, Homotopy: h}, 1, tilt}, h, m, 20_000)
		norm := func(s float64) float64 {
			c := coefficients(t, h, s)
			variance, rate := c.V+c.Mu*c.Mu*m.Std*m.Std, c.VDot+2*c.Mu*c.MuDot*m.Std*m.Std
			return c.MuDot*c.MuDot*dot(m.Means[0], m.Means[0]) + 2*rate*rate/(4*variance)
		}
		near(t, got.Overall/(tilt*tilt/quad.Fixed(norm, 0, 1, 40, nil, 0)), 1, 0.03, "%v: overall", h)
		// No sampling error is in ‖∇Φ − u*‖² = a², so that the ratio errs as the mean of ‖u*‖² does.
		if r := got.StdErr / got.Overall; r < 0.001 || r > 0.01 {
			t.Errorf("%v: relative standard error %g", h, r)
		}
		for q := range got.Quarters {
			mean := 4 * quad.Fixed(norm, float64(q)/4, float64(q+1)/4, 20, nil, 0)
			near(t, got.Quarters[q], tilt*tilt/mean, 4*got.QuartersStdErr[q], "%v: quarter %d within four standard errors", h, q)
			near(t, got.Quarters[q]/(tilt*tilt/mean), 1, 0.06, "%v: quarter %d", h, q)
		}
	}
}

// TestExcessLeavesTheStore: measuring a network neither adds to its store nor moves its weights, and
// gives the same report again.
func TestExcessLeavesTheStore(t *testing.T) {
	m, err := mixture.Points(mixture.Ring8().Sample(2000, 1))
	if err != nil {
		t.Fatal(err)
	}
	h, network, store := paths(t)[1], potential.MLP{Width: 8, Depth: 2}, model.NewStore()
	_, err = model.CallOnce(backend.Host(), store, func(scope *model.Scope, x, s *potential.Node) *potential.Node {
		phi, _ := potential.Evaluator(scope, network)(x, s)
		return phi
	}, [][]float32{{1, 2}}, []float32{0.5})
	if err != nil {
		t.Fatal(err)
	}
	weights := func() map[string]any {
		all := map[string]any{}
		for v := range store.IterVariables() {
			all[v.Path()] = v.MustValue().Value()
		}
		return all
	}
	before := weights()
	f := on(backend.Host(), network, h, m)
	f.Store = store
	first, err := mixture.Excess(t.Context(), f, m, 64, 3)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, weights()) {
		t.Error("Excess changed the store")
	}
	if again, _ := mixture.Excess(t.Context(), f, m, 64, 3); again != first {
		t.Errorf("the same weights and seed give %v, then %v", first, again)
	}
	if other, _ := mixture.Excess(t.Context(), f, m, 64, 4); other == first {
		t.Errorf("two seeds give the same report %v", first)
	}
}

func TestExcessErrors(t *testing.T) {
	h := paths(t)[1]
	o := mixture.Optimal{Mixture: mixture.Gauss16(), Homotopy: h}
	_, few := mixture.Excess(t.Context(), on(backend.Host(), o, h, o.Mixture), o.Mixture, 3, 1)
	_, dims := mixture.Excess(t.Context(), on(backend.Host(), o, h, o.Mixture), mixture.Gauss2(), 100, 1)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	_, stopped := mixture.Excess(cancelled, on(backend.Host(), o, h, o.Mixture), o.Mixture, 100, 1)
	for want, err := range map[string]error{"got 3": few, "[batch, 16]": dims, "canceled": stopped} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
