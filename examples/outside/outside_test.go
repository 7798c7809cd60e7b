package outside_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"outside"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/homotopy/homotopytest"
	"vapoflow/vapo/loss/losstest"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential/potentialtest"
	"vapoflow/vapo/solver"
	"vapoflow/vapo/solver/solvertest"
)

var cosine = outside.Cosine{End: 0.01}

func TestHomotopy(t *testing.T) { homotopytest.Run(t, cosine, 1) }

func TestTableau(t *testing.T) {
	if err := outside.SSPRK3.Validate(); err != nil { // checks the order conditions
		t.Error(err)
	}
	solvertest.Run(t, func() solver.Solver { return solver.Fixed{Tableau: outside.SSPRK3} })
}

func TestSolver(t *testing.T) {
	solvertest.Run(t, func() solver.Solver { return outside.Extrapolated{Tableau: solver.Midpoint, Steps: 20} })
}

// Extrapolation of the midpoint rule, of order 2, has order 3: the error falls eightfold when the steps are halved.
func TestSolverOrder(t *testing.T) {
	p := solvertest.NewProblem(dtypes.Float64)
	errorWith := func(steps int) float64 {
		sol, err := outside.Extrapolated{Tableau: solver.Midpoint, Steps: steps}.Solve(t.Context(), p.Field, p.State(0), 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		defer sol.Finalize()
		return p.Error(sol.State, 1)
	}
	if order := math.Log2(errorWith(40) / errorWith(80)); math.Abs(order-3) > 0.2 {
		t.Errorf("order %.2f, want 3", order)
	}
}

func TestPotential(t *testing.T) { potentialtest.Run(t, outside.Wells{Count: 3, Width: 8}, []int{2}) }

func TestLoss(t *testing.T) { losstest.Run(t, outside.Antithetic{}) }

// All of it together: the potential learns ring8 on the path, and the solver samples it.
func TestTrainAndSample(t *testing.T) {
	data, err := dataset.Open("ring8", dataset.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m := &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Homotopy: cosine, Potential: outside.Wells{Count: 64, Width: 32}, Shape: []int{2}}}
	training := vapo.DefaultTraining()
	training.Steps, training.Batch, training.LearningRate, training.EMA = 600, 128, 1e-2, 0.99
	if err := vapo.Train(t.Context(), m, outside.Antithetic{}, data, training, vapo.Run{}); err != nil {
		t.Fatal(err)
	}
	report, err := mixture.Excess(t.Context(), &m.Flow, mixture.Ring8(), 4096, 1)
	if err != nil {
		t.Fatal(err)
	}
	samples, err := m.Sample(t.Context(), outside.Extrapolated{Tableau: outside.SSPRK3, Steps: 30}, 1, 0, 200)
	if err != nil {
		t.Fatal(err)
	}
	radius := 0.0
	for _, x := range samples.State[0].Value().([][]float32) {
		radius += math.Hypot(float64(x[0]), float64(x[1])) / 200
	}
	t.Logf("relative excess %.2f, mean radius of samples %.2f", report.Overall, radius)
	if report.Overall > 0.3 || math.Abs(radius-2) > 0.25 {
		t.Errorf("relative excess %.2f, want at most 0.3; mean radius of samples %.2f, want about 2", report.Overall, radius)
	}
}

// A path can also be given by two functions, and the exact field of a mixture is known on it.
func TestPathByFunctions(t *testing.T) {
	path := homotopy.Path{
		Name: "cosine",
		Mu:   func(s *graph.Node) *graph.Node { return cosine.At(s).Mu },
		Sd:   func(s *graph.Node) *graph.Node { return cosine.At(s).Sd() },
	}
	x := [][]float64{{1, 0.5}}
	a, err := mixture.Optimal{Mixture: mixture.Ring8(), Homotopy: path}.Evaluate(backend.Host(), x, 0.7)
	if err != nil {
		t.Fatal(err)
	}
	b, err := mixture.Optimal{Mixture: mixture.Ring8(), Homotopy: cosine}.Evaluate(backend.Host(), x, 0.7)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(a.Field[0][0]-b.Field[0][0]) > 1e-9 {
		t.Errorf("fields %v and %v on the same path", a.Field, b.Field)
	}
}
