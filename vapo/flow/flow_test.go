package flow_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

// network is the flow of an MLP in the plane, with weights drawn from a seed.
func network(t *testing.T, b compute.Backend, seed int64) *flow.Flow {
	t.Helper()
	path := homotopy.Straight{Omega: 1.5}
	f := &flow.Flow{Backend: b, Homotopy: path, Potential: potential.MLP{Width: 8, Depth: 2}, Shape: []int{2}, Store: model.NewStore()}
	f.Store.SetParam(model.ParamInitialSeed, seed)
	_, err := model.CallOnce(backend.Host(), f.Store, func(scope *model.Scope, x, s *potential.Node) *potential.Node {
		return f.Potential.Value(scope.At(potential.Scope), x, s)
	}, [][]float32{{0, 0}}, []float32{0})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func field(t *testing.T, f *flow.Flow, x *tensors.Tensor, s float64) (phi, grad []float64) {
	t.Helper()
	p, g, err := f.Evaluate(x, s)
	if err != nil {
		t.Fatal(err)
	}
	if p.DType() != x.DType() || !g.Shape().Equal(x.Shape()) {
		t.Errorf("Φ %s and ∇Φ %s of x %s", p.Shape(), g.Shape(), x.Shape())
	}
	return numbers.Flat(p), numbers.Flat(g)
}

// float32 and float64 agree to the digits of float32; in float64 ∇Φ and the second derivatives are those of differences of Φ, to
// digits that float32 weights or a float32 clock would not leave.
func TestBothDTypesAndDifferences(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		f := network(t, b, 3)
		const s, h = 0.3, 1e-4
		x := []float64{0.5, -1.25}
		at := func(d0, d1 float64) (float64, []float64) {
			phi, grad := field(t, f, tensors.FromValue([][]float64{{x[0] + d0, x[1] + d1}}), s)
			return phi[0], grad
		}
		phi, grad := at(0, 0)
		phi32, grad32 := field(t, f, tensors.FromValue([][]float32{{0.5, -1.25}}), s)
		if math.Abs(phi-phi32[0]) > 1e-5 || math.Hypot(grad[0]-grad32[0], grad[1]-grad32[1]) > 1e-5 || phi == phi32[0] {
			t.Errorf("Φ %.9g and ∇Φ %.9g in float64, %.9g and %.9g in float32", phi, grad, phi32[0], grad32)
		}
		up, gradUp := at(h, 0)
		down, gradDown := at(-h, 0)
		if want := (up - down) / (2 * h); math.Abs(grad[0]-want) > 1e-7 {
			t.Errorf("∂Φ/∂x₀ = %.12g, differences say %.12g", grad[0], want)
		}
		again, second, err := f.Curvatures(tensors.FromValue([][]float64{x}), s, tensors.FromValue([][][]float64{{{1, 0}}}))
		if err != nil {
			t.Fatal(err)
		}
		if want := (gradUp[0] - gradDown[0]) / (2 * h); math.Abs(numbers.Flat(second)[0]-want) > 1e-6 ||
			math.Abs(numbers.Flat(again)[0]-grad[0]) > 1e-12 {
			t.Errorf("∂²Φ/∂x₀² = %.9g, differences say %.9g; ∇Φ %v again as %v", numbers.Flat(second)[0], want, grad, again)
		}
	})
}

// A store that lacks weights is told, where a random draw would pass for a trained model.
func TestMissingWeightIsAnError(t *testing.T) {
	f := network(t, backend.Host(), 3)
	x := tensors.FromValue([][]float32{{0.5, 1}})
	for name, store := range map[string]*model.Store{"no store": nil, "an empty store": model.NewStore()} {
		f.Store = store
		_, _, err := f.Evaluate(x, 0.5)
		_, _, second := f.Curvatures(x, 0.5, tensors.FromValue([][][]float32{{{1, 0}}}))
		_, drawn := f.Sample(t.Context(), euler, 1, 0, 2)
		for _, err := range []error{err, second, drawn} {
			if err == nil || !strings.Contains(err.Error(), "holds no weight /potential/hidden_0") ||
				!strings.Contains(err.Error(), "train or load") || strings.Contains(err.Error(), "Exec") {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// One flow serves any number of batch shapes, where an executable keeps 32 by default.
func TestManyBatchShapes(t *testing.T) {
	f := network(t, backend.Host(), 3)
	exec, err := f.Compile(dtypes.Float32, func(at potential.Function, in []*flow.Node) []*flow.Node {
		phi, _ := at(in[0], graph.Const(in[0].Graph(), 0.5))
		return []*flow.Node{phi}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	v := tensors.FromValue([][][]float32{{{1, 0}}})
	for n := 1; n <= 34; n++ {
		x, err := f.Prior(1, 0, n)
		if err != nil {
			t.Fatal(err)
		}
		_, _, first := f.Evaluate(x, 0.5)
		_, _, second := f.Curvatures(x, 0.5, v)
		if _, err := exec.Call(x); err != nil || first != nil || second != nil {
			t.Fatalf("the shape number %d: %v, %v, %v", n, err, first, second)
		}
	}
}

// What is wrong with points and clock is one sentence that names what is wanted and what was given.
func TestWrongInputIsOneSentence(t *testing.T) {
	f := network(t, backend.Host(), 3)
	for want, given := range map[string]*tensors.Tensor{
		"want [n, ...] with examples of shape [2]": tensors.FromValue([][]float32{{1, 2, 3}}),
		"(Float32)[2]; want [n, ...]":              tensors.FromValue([]float32{1, 2}),
		"(Float64)[1, 1, 2]; want":                 tensors.FromValue([][][]float64{{{1, 2}}}),
		"(Int64)[1, 2]; want float32 or float64":   tensors.FromValue([][]int64{{1, 2}}),
	} {
		_, _, err := f.Evaluate(given, 0.5)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") || len(fmt.Sprintf("%+v",
			err)) > 150 {
			t.Errorf("want one sentence with %q, got %+v", want, err)
		}
	}
	x := tensors.FromValue([][]float32{{1, 2}})
	for want, given := range map[string]*tensors.Tensor{
		"(Float32)[1, 2]; want Float32 of shape [k, 1 or 1, ...]": tensors.FromValue([][]float32{{1, 0}}),
		"(Float64)[1, 1, 2]; want Float32":                        tensors.FromValue([][][]float64{{{1, 0}}}),
		"(Float32)[1, 3, 2]; want":                                tensors.FromValue([][][]float32{{{1, 0}, {0, 1}, {1, 1}}}),
	} {
		if _, _, err := f.Curvatures(x, 0.5, given); err == nil || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "Exec") {
			t.Errorf("want one sentence with %q, got %+v", want, err)
		}
	}
	if _, err := f.Sample(t.Context(), nil, 1, 0, 1); err == nil || !strings.Contains(err.Error(), "needs a solver") {
		t.Errorf("without a solver: %v", err)
	}
	for _, s := range []float64{-0.25, 1.5, math.NaN()} {
		if _, _, err := f.Evaluate(x, s); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("s = %g is outside [0, 1]",
			s)) {
			t.Errorf("s = %g: %v", s, err)
		}
	}
	if _, err := f.NewSampler(t.Context(), solver.Fixed{Grid: []float64{0, 1}}, 0, 0); err == nil ||
		!strings.Contains(err.Error(), "a batch of 0") {
		t.Errorf("a batch of 0: %v", err)
	}
	f.Homotopy = nil
	if _, _, err := f.Evaluate(x, 0.5); err == nil || !strings.Contains(err.Error(), "it needs a homotopy") {
		t.Errorf("no homotopy: %v", err)
	}
}

// Another store, or another backend, is used from the next call on; With shares neither engine nor fate.
func TestOtherWeightsAreUsed(t *testing.T) {
	f, g := network(t, backend.Host(), 3), network(t, backend.Host(), 4)
	x := tensors.FromValue([][]float32{{0.5, 1}})
	before, _ := field(t, f, x, 0.5)
	other := f.With(f.Potential)
	want, _ := field(t, g, x, 0.5)
	f.Store = g.Store
	if got, _ := field(t, f, x, 0.5); got[0] != want[0] || got[0] == before[0] {
		t.Errorf("Φ = %g with the first weights, %g with others set, of which it should be %g", before[0], got[0], want[0])
	}
	if got, _ := field(t, other, x, 0.5); got[0] != before[0] {
		t.Errorf("Φ = %g of a flow with the weights that gave %g", got[0], before[0])
	}
}

// The prior's noise is that of (seed, use 2, index), on which kept samples and records rest.
func TestPriorIsAFunctionOfSeedAndIndex(t *testing.T) {
	f := network(t, backend.Host(), 3)
	x, err := f.Prior(5, 7, 3)
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range x.Value().([][]float32) {
		rng := rand.New(rand.NewPCG(5, 2<<48^uint64(7+i)))
		for j := range got {
			if want := 1.5 * float32(rng.NormFloat64()); got[j] != want {
				t.Errorf("sample %d: %g, want %g", 7+i, got[j], want)
			}
		}
	}
}
