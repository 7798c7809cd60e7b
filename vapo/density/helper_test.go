package density_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

func posterior(t testing.TB) homotopy.Homotopy {
	t.Helper()
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	return path
}

// oracle is the flow of a mixture's exact potential, whose density is known: ρ̄.
func oracle(m mixture.Mixture, path homotopy.Homotopy) *flow.Flow {
	return &flow.Flow{
		Backend: backend.Host(), Homotopy: path, Shape: []int{m.Dim()},
		Potential: mixture.Optimal{Mixture: m, Homotopy: path},
	}
}

// network is the flow of an MLP with random weights, made in float32 as training makes them.
func network(t testing.TB, path homotopy.Homotopy, p potential.Potential, shape ...int) *flow.Flow {
	t.Helper()
	store := model.NewStore()
	store.SetParam(model.ParamInitialSeed, int64(3))
	dims := append([]int{1}, shape...)
	_, err := model.CallOnce(backend.Host(), store, func(scope *model.Scope, x, s *potential.Node) *potential.Node {
		return p.Value(scope.At(potential.Scope), x, s)
	}, tensors.FromShape(shapes.Make(dtypes.Float32, dims...)), []float32{0})
	if err != nil {
		t.Fatal(err)
	}
	return &flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: p, Store: store, Shape: shape}
}

// shake adds noise of standard deviation sd to all weights.
func shake(store *model.Store, sd float64) {
	r := rand.New(rand.NewPCG(1, 2))
	for v := range store.IterVariables() {
		if v.Trainable {
			tensors.MustMutableFlatData(v.MustValue(), func(w []float32) {
				for i := range w {
					w[i] += float32(sd * r.NormFloat64())
				}
			})
		}
	}
}

// plus is Φ = A + weight·B; A may be nil.
type plus struct {
	A, B   potential.Potential
	Weight float64
}

func (p plus) Value(scope *model.Scope, x, s *potential.Node) *potential.Node {
	flat := graph.Reshape(x, x.Shape().Dim(0), -1)
	phi := graph.MulScalar(p.B.Value(scope, flat, s), p.Weight)
	if p.A == nil {
		return phi
	}
	return graph.Add(p.A.Value(scope, flat, s), phi)
}

// tight is a solver whose errors are far below all tolerances here.
var tight = solver.Adaptive{Tableau: solver.DormandPrince8, RTol: 1e-9, ATol: 1e-9}

// coefficients of the path at s.
func coefficients(t testing.TB, path homotopy.Homotopy, s float64) homotopy.Values {
	t.Helper()
	c, err := homotopy.Evaluate(backend.Host(), path, []float64{s})
	if err != nil {
		t.Fatal(err)
	}
	return c[0]
}

// near fails unless got is within tolerance of want everywhere, and returns the largest difference.
func near(t testing.TB, what string, got, want []float64, tolerance float64) float64 {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%s: got %d values, want %d", what, len(got), len(want))
	}
	most := 0.0
	for i := range got {
		most = math.Max(most, math.Abs(got[i]-want[i]))
		if !(math.Abs(got[i]-want[i]) <= tolerance) {
			t.Fatalf("%s: value %d is %.12g, want %.12g", what, i, got[i], want[i])
		}
	}
	return most
}

// normal draws n points of a network's input in float64, of order one.
func normal(n, d int) [][]float64 {
	return mixture.Mixture{Means: [][]float64{make([]float64, d)}, Std: 1}.Sample(n, 5)
}

func flat(x [][]float64) []float64 {
	var all []float64
	for _, row := range x {
		all = append(all, row...)
	}
	return all
}
