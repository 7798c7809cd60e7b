package density_test

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// ring is the flow of the exact potential of eight Gaussians on the paper's path. That of a trained model m is &m.Flow.
func ring() *flow.Flow {
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	return &flow.Flow{
		Backend:   backend.Host(),
		Homotopy:  path,
		Potential: mixture.Optimal{Mixture: mixture.Ring8(), Homotopy: path},
		Shape:     []int{2},
	}
}

// The log-density of the data by the flow: the first point is the centre of a Gaussian, the second lies between two.
func ExampleLogDensity() {
	x := tensors.FromValue([][]float64{{2, 0}, {1.8, 0.7}})
	at, err := density.LogDensity(context.Background(), ring(), solver.Adaptive{RTol: 1e-6, ATol: 1e-6}, x, 1, density.Exact{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f\n", at.Value)
	// Output:
	// [0.678 -25.559]
}

// The divergence of the field, and its estimate by 200 random probes.
func ExampleLaplacian() {
	x := tensors.FromValue([][]float64{{1, 0.5}})
	for _, how := range []density.Divergence{density.Exact{}, density.Hutchinson{Probes: 200, Seed: 1}} {
		value, stdErr, err := density.Laplacian(ring(), x, 0.5, how)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%T %.2f, standard error %.2f\n", how, value, stdErr)
	}
	_, _, err := density.Laplacian(ring(), x, 0.5, density.Hutchinson{})
	fmt.Println(err)
	// Output:
	// density.Exact [1.01], standard error []
	// density.Hutchinson [1.01], standard error [0.23]
	// density: Hutchinson's estimate needs at least one probe, got 0
}

// The log-density at s = 0.5 from one evaluation of Φ, anchored to the flow at three reference points.
func ExampleInvert() {
	flow, s := ring(), density.DefaultS
	references := tensors.FromValue([][]float64{{1.5, 0}, {0, 1.2}, {-1, -1}})
	known, err := density.LogDensity(context.Background(), flow, nil, references, s, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	inversion, err := density.Invert(flow, references, known.Value, s, density.Median)
	if err != nil {
		fmt.Println(err)
		return
	}
	x := tensors.FromValue([][]float64{{1.5, 0}, {3, 3}})
	logDensity, err := inversion.LogDensity(flow, x)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.3f, errors of the potential count %.2f-fold\n", logDensity, inversion.Amplification)
	_, err = density.Invert(flow, references, known.Value, 0, nil)
	fmt.Println(err)
	// Output:
	// [-2.422 -17.110], errors of the potential count 1.19-fold
	// density: μ = 0 at s = 0, where Φ says nothing of the density; choose 0 < s < 1, such as 0.5
}

// Out-of-distribution scores at s = 0.5: a typical point, the centre of the ring, whose score vanishes though it is unlikely, and
// one far outside.
func ExampleNewScorer() {
	ctx, flow := context.Background(), ring()
	at, err := homotopy.Evaluate(backend.Host(), flow.Homotopy, []float64{density.DefaultS})
	if err != nil {
		fmt.Println(err)
		return
	}
	references := tensors.FromValue(mixture.Ring8().SamplePath(at[0], 200, 1))
	scorer, err := density.NewScorer(ctx, flow, references, density.Scoring{Solver: solver.Adaptive{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	scores, err := scorer.Score(ctx, tensors.FromValue([][]float64{{0.6, 1.4}, {0, 0}, {4, 0}}))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("energy      %6.2f\n", scores.Energy)
	fmt.Printf("score norm  %6.2f\n", scores.ScoreNorm)
	fmt.Printf("flow        %6.2f\n", scores.LogDensityFlow)
	fmt.Printf("inversion   %6.2f\n", scores.LogDensityPotential)
	fmt.Printf("typicality  %6.2f\n", scores.TypicalityFlow)
	// Output:
	// energy      [  1.16   4.59   2.19]
	// score norm  [  0.59   0.00   9.64]
	// flow        [ -2.54  -4.75 -14.66]
	// inversion   [ -2.54  -4.75 -14.66]
	// typicality  [  0.38   1.84  11.74]
}

// How far the flow of a potential is from the path it should follow: here 90 % of the exact one.
func ExampleKL() {
	flow := ring()
	flow.Potential = plus{nil, flow.Potential, 0.9}
	kl, err := density.KL(context.Background(), flow, nil, mixture.Ring8(), []float64{0, 0.5, 1}, 500, 1, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, s := range kl.S {
		fmt.Printf("s = %.1f: %.2f ± %.2f nats\n", s, kl.Value[i], kl.StdErr[i])
	}
	// Output:
	// s = 0.0: 0.00 ± 0.00 nats
	// s = 0.5: 0.00 ± 0.00 nats
	// s = 1.0: 0.09 ± 0.01 nats
}
