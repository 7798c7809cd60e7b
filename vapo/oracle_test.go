package vapo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// energyTest is the p-value of the energy-distance test that a and b come from one
// distribution, by permutation (Székely and Rizzo 2004).
func energyTest(a, b [][]float64) float64 {
	all := append(append([][]float64{}, a...), b...)
	distance := make([][]float64, len(all))
	for i := range all {
		distance[i] = make([]float64, len(all))
		for j := range all {
			distance[i][j] = math.Hypot(all[i][0]-all[j][0], all[i][1]-all[j][1])
		}
	}
	// With equal sizes the statistic is, up to factors, minus the sum over pairs of sign·sign·distance.
	statistic := func(order []int) float64 {
		sum := 0.0
		for i, p := range order {
			for j, q := range order {
				if (i < len(a)) == (j < len(a)) {
					sum -= distance[p][q]
				} else {
					sum += distance[p][q]
				}
			}
		}
		return sum
	}
	order := make([]int, len(all))
	for i := range order {
		order[i] = i
	}
	observed, above := statistic(order), 1
	const permutations = 199
	rng := rand.New(rand.NewPCG(1, 1))
	for range permutations {
		rng.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		if statistic(order) >= observed {
			above++
		}
	}
	return float64(above) / (permutations + 1)
}

// The exact field must carry the prior to ρ̄(·; 1), on every path; and not yet at s = 0.6.
func TestOracleSamplesAreTheMixture(t *testing.T) {
	const n = 300
	for _, name := range homotopy.List.Names() {
		t.Run(name, func(t *testing.T) {
			path, err := homotopy.New(name, 1, 0.01, nil)
			if err != nil {
				t.Fatal(err)
			}
			ring := mixture.Ring8()
			m := &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: mixture.Optimal{Mixture: ring, Homotopy: path}, Shape: []int{2}, Store: model.NewStore()}}
			end, err := homotopy.Evaluate(backend.Host(), path, []float64{1})
			if err != nil {
				t.Fatal(err)
			}
			exact := ring.SamplePath(end[0], n, 99)
			p := func(s1 float64) float64 {
				x, err := m.Prior(7, 0, n)
				if err != nil {
					t.Fatal(err)
				}
				solution, err := solver.Adaptive{Tableau: solver.DormandPrince5, RTol: 1e-4, ATol: 1e-4}.Solve(t.Context(), m.Field(), solver.State{x}, 0, s1)
				if err != nil {
					t.Fatal(err)
				}
				drawn := make([][]float64, n)
				for i, x := range solution.State[0].Value().([][]float32) {
					drawn[i] = []float64{float64(x[0]), float64(x[1])}
				}
				return energyTest(drawn, exact)
			}
			if got := p(1); got < 0.05 {
				t.Errorf("samples of the exact flow differ from the mixture: p = %.3f", got)
			}
			if got := p(0.6); got > 0.02 {
				t.Errorf("the test does not see that s = 0.6 is not the end: p = %.3f", got)
			}
		})
	}
}
