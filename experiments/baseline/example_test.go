package baseline_test

import (
	"context"
	"fmt"

	"vapoflow/experiments/baseline"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// The three methods in one loop, too short to show more than that they run.
func ExampleCompare() {
	options := baseline.SmokeOptions()
	options.Seeds = []int64{1}
	table, err := baseline.Compare(context.Background(), backend.Host(), options)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range table.Rows() {
		fmt.Printf("%s: %d of %d diverged, exact field known: %v\n", row.Method, row.Diverged, row.Runs, row.Excess.N > 0)
	}
	// Output:
	// VAPO, alignment: 0 of 1 diverged, exact field known: true
	// vector field, flow matching: 0 of 1 diverged, exact field known: true
	// contrastive divergence, α = 0: 0 of 1 diverged, exact field known: false
}

// Conditional flow matching is a vector field in the place of a potential, with the Alignment loss.
func ExampleVectorField() {
	m, training, data, err := small(baseline.VectorField{MLP: potential.MLP{Width: 16, Depth: 2}})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = vapo.Train(context.Background(), m, loss.Alignment{}, data, training, vapo.Run{})
	if err != nil {
		fmt.Println(err)
		return
	}
	report, err := mixture.Excess(context.Background(), &m.Flow, mixture.Gauss2(), 1000, 1)
	fmt.Printf("relative excess below a half: %v, %v\n", report.Overall < 0.5, err)
	// Output: relative excess below a half: true, <nil>
}

// Contrastive divergence is a loss like the others; its samples are the ends of Langevin chains.
func ExampleContrastiveDivergence() {
	m, training, data, err := small(potential.MLP{Width: 16, Depth: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	rival := baseline.ContrastiveDivergence{Langevin: baseline.Langevin{Steps: 10}}
	err = vapo.Train(context.Background(), m, rival, data, training, vapo.Run{})
	if err != nil {
		fmt.Println(err)
		return
	}
	samples, err := rival.Langevin.Sample(context.Background(), m, 1, 0, 100)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(samples.Shape())
	// Output: (Float32)[100, 2]
}

// The ring against another draw of it, and against the prior.
func ExampleEnergyDistance() {
	ring, prior := mixture.Ring8(), mixture.Mixture{Means: [][]float64{{0, 0}}, Std: 1}
	data := ring.Sample(1000, 1)
	fmt.Printf("%.2f %.2f\n", baseline.EnergyDistance(data, ring.Sample(1000, 2)), baseline.EnergyDistance(data, prior.Sample(1000, 3)))
	// Output: 0.00 0.24
}

// small is 100 steps of batch 32 on gauss2.
func small(p potential.Potential) (*vapo.Model, vapo.Training, dataset.Dataset, error) {
	training := vapo.DefaultTraining()
	training.Steps, training.Batch, training.Warmup, training.LearningRate, training.EMA = 100, 32, 5, 1e-2, 0.9
	path := homotopy.Straight{Omega: 1}
	data, err := dataset.Open("gauss2", dataset.Options{})
	return &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: p, Shape: []int{2}}}, training, data, err
}
