package density_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

var small = plus{nil, potential.MLP{Width: 16, Depth: 2}, 1}

// The exact divergence is Σ ∂u_j/∂x_j, by central differences of the field.
func TestExactDivergence(t *testing.T) {
	const s, step, d = 0.7, 1e-4, 4
	flow := network(t, posterior(t), small, 2, 2)
	x := normal(6, d)
	field := fieldOf(t, flow, s)
	want := make([]float64, len(x))
	for i := range x {
		for j := range d {
			shifted := append([]float64(nil), x[i]...)
			shifted[j] += step
			up := field(shifted)[j]
			shifted[j] -= 2 * step
			want[i] += (up - field(shifted)[j]) / (2 * step)
		}
	}
	got, stdErr, err := density.Laplacian(flow, tensors.FromFlatDataAndDimensions(flat(x), 6, 2, 2), s, density.Exact{})
	if err != nil {
		t.Fatal(err)
	}
	if stdErr != nil {
		t.Error("the exact divergence has no standard error")
	}
	near(t, "divergence", got, want, 1e-7)
	if stat.StdDev(want, nil) < 1e-3 {
		t.Errorf("divergences %v hardly vary: the test proves little", want)
	}
}

// fieldOf evaluates ∇Φ, independently of the package, at one point of shape [2, 2] with the flow's weights in float64.
func fieldOf(t *testing.T, flow *flow.Flow, s float64) func(x []float64) []float64 {
	store := model.NewStore()
	for v := range flow.Store.IterVariables() {
		if !v.Trainable {
			continue
		}
		var wide []float64
		for _, w := range tensors.MustCopyFlatData[float32](v.MustValue()) {
			wide = append(wide, float64(w))
		}
		if _, err := store.CreateVariable(v.Path(), tensors.FromFlatDataAndDimensions(wide, v.Shape().Dimensions...)); err != nil {
			t.Fatal(err)
		}
	}
	exec, err := model.NewExec(backend.Host(), store, func(scope *model.Scope, x, s *potential.Node) *potential.Node {
		_, grad := potential.Evaluator(scope, flow.Potential)(x, s)
		return grad
	})
	if err != nil {
		t.Fatal(err)
	}
	return func(x []float64) []float64 {
		out, err := exec.Call(tensors.FromFlatDataAndDimensions(x, 1, 2, 2), []float64{s})
		if err != nil {
			t.Fatal(err)
		}
		return tensors.MustCopyFlatData[float64](out[0])
	}
}

// On images, through the convolutions of a network: the estimate is the mean second difference of Φ along the probes.
func TestHutchinsonOnImages(t *testing.T) {
	const s, step, d = 0.6, 1e-3, 8 * 8 * 3
	flow := network(t, posterior(t), potential.ResNet{Width: 4}, 8, 8, 3)
	shake(flow.Store, 0.1) // its readouts start at zero
	how := density.Hutchinson{Probes: 3, Gaussian: true, Seed: 1}
	x, v := normal(1, d)[0], how.Directions(d, 1)
	stencil := [][]float64{x}
	for k := range how.Probes {
		for _, shift := range []float64{-step, step} {
			moved := append([]float64(nil), x...)
			for j := range d {
				moved[j] += shift * v[k*d+j]
			}
			stencil = append(stencil, moved)
		}
	}
	points := tensors.FromFlatDataAndDimensions(flat(stencil), len(stencil), 8, 8, 3)
	scorer, err := density.NewScorer(t.Context(), flow, points, density.Scoring{S: s, Batch: len(stencil)})
	if err != nil {
		t.Fatal(err)
	}
	at, err := scorer.Score(t.Context(), points)
	if err != nil {
		t.Fatal(err)
	}
	want := 0.0
	for _, energy := range at.Energy[1:] {
		want += (at.Energy[0] - energy) / (step * step) / float64(how.Probes)
	}
	got, _, err := density.Laplacian(flow, tensors.FromFlatDataAndDimensions(x, 1, 8, 8, 3), s, how)
	if err != nil {
		t.Fatal(err)
	}
	if math.Abs(want) < 1 {
		t.Errorf("the potential is nearly flat (%g): the test proves little", want)
	}
	near(t, "estimate", got, []float64{want}, 1e-4*math.Abs(want))
}

// Probes have E v = 0 and E v² = 1; E v⁴ is 1 for Rademacher and 3 for Gaussian, and tells them apart.
func TestProbes(t *testing.T) {
	for _, c := range []struct {
		gaussian bool
		fourth   float64
	}{{false, 1}, {true, 3}} {
		var moments [5]float64
		probes := density.Hutchinson{Probes: 50, Gaussian: c.gaussian, Seed: 4}.Directions(20, 20)
		for _, v := range probes {
			for p := range moments {
				moments[p] += math.Pow(v, float64(p)) / float64(len(probes))
			}
		}
		// Standard deviations of the means of 20,000 are 0.007, 0.01 and 0.07.
		near(t, "moments", []float64{moments[1], moments[2]}, []float64{0, 1}, 0.03)
		near(t, "fourth moment", moments[4:], []float64{c.fourth}, 0.25)
	}
}

// Hutchinson's estimate has no bias, and mean ± t·(standard error) covers the truth 95 % of the time: over 25 × 60 trials
// within three binomial standard deviations. The probes are many: of few, Gaussian ones are skewed where one curvature rules, and
// cover 92 %.
func TestHutchinsonCoverage(t *testing.T) {
	const s, d, n, seeds, probes = 0.7, 8, 60, 25, 160
	flow := network(t, posterior(t), small, d)
	x := tensors.FromValue(normal(n, d))
	want, _, err := density.Laplacian(flow, x, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	student := distuv.StudentsT{Sigma: 1, Nu: probes - 1}.Quantile(0.975)
	for _, gaussian := range []bool{false, true} {
		t.Run(fmt.Sprintf("Gaussian=%v", gaussian), func(t *testing.T) {
			covered, errors := 0, []float64{}
			for seed := range seeds {
				how := density.Hutchinson{Probes: probes, Gaussian: gaussian, Seed: uint64(seed)}
				got, stdErr, err := density.Laplacian(flow, x, s, how)
				if err != nil {
					t.Fatal(err)
				}
				for i := range got {
					errors = append(errors, got[i]-want[i])
					if math.Abs(got[i]-want[i]) <= student*stdErr[i] {
						covered++
					}
				}
			}
			trials := float64(len(errors))
			rate := float64(covered) / trials
			mean, sd := stat.MeanStdDev(errors, nil)
			t.Logf("covered %.1f %%, bias %.1e ± %.1e", 100*rate, mean, sd/math.Sqrt(trials))
			if math.Abs(rate-0.95) > 3*math.Sqrt(0.95*0.05/trials) {
				t.Errorf("covered %.1f %%, want 95 %%", 100*rate)
			}
			if math.Abs(mean) > 3*sd/math.Sqrt(trials) {
				t.Errorf("bias %g over %g trials of standard deviation %g", mean, trials, sd)
			}
		})
	}
}

// The same holds of the log-density: the error of the whole integral is the one that is reported.
func TestHutchinsonLogDensity(t *testing.T) {
	const d, n, probes = 8, 200, 10
	flow := network(t, posterior(t), small, d)
	x := tensors.FromValue(normal(n, d))
	with := solver.Fixed{Steps: 4}
	want, err := density.LogDensity(t.Context(), flow, with, x, 0.8, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := density.LogDensity(t.Context(), flow, with, x, 0.8, density.Hutchinson{Probes: probes, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	student := distuv.StudentsT{Sigma: 1, Nu: probes - 1}.Quantile(0.975)
	covered := 0
	for i := range got.Value {
		if math.Abs(got.Value[i]-want.Value[i]) <= student*got.StdErr[i] {
			covered++
		}
	}
	if covered < 180 || covered > 199 { // 190 expected, standard deviation 3.1
		t.Errorf("covered %d of %d, want 190", covered, n)
	}
	if got.NFE != want.NFE || got.NFE != 16 {
		t.Errorf("4 steps of RK4 took %d and %d evaluations", got.NFE, want.NFE)
	}
}
