package baseline

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// Options are the numbers of [Compare]. Begin with [DefaultOptions] or [SmokeOptions].
type Options struct {
	Homotopy      homotopy.Homotopy // of the two flows, and the prior of all three
	Network       potential.MLP     // of all three; the vector field's read-out has d units, not one
	Training      vapo.Training     // of all three; LearningRate and Seed are set for each run
	LearningRates []float64
	Seeds         []int64
	Langevin      Langevin      // contrastive divergence's chain, which also draws its samples, from the path's prior
	EnergyL2      []float64     // contrastive divergence is a method of its own for each of these α
	Samples       int           // per run, and as many fresh data
	Observe       func(Outcome) // called after each run; may be nil
}

// DefaultOptions is 1,000 steps of batch 128 of the 3 × 128 network at three learning rates and three seeds, on the
// straight path, with and without the regulariser of energies: minutes on XLA. The lowest learning rate is that of Du and
// Mordatch's released code (arXiv:1903.08689).
func DefaultOptions() Options {
	path := homotopy.Straight{Omega: 1}
	training := vapo.DefaultTraining()
	training.Steps, training.Batch, training.EMA = 1000, 128, 0.99
	return Options{
		Homotopy: path, Training: training, LearningRates: []float64{3e-4, 1e-3, 1e-2}, Seeds: []int64{1, 2, 3},
		EnergyL2: []float64{0, 0.01}, Samples: 2000,
	}
}

// SmokeOptions is a comparison of seconds that shows nothing but that it runs.
func SmokeOptions() Options {
	o := DefaultOptions()
	o.Network = potential.MLP{Width: 16, Depth: 2}
	o.Training.Steps, o.Training.Batch, o.Training.Warmup = 30, 32, 5
	o.LearningRates, o.EnergyL2 = []float64{1e-2}, []float64{0}
	o.Langevin.Steps = 5
	o.Samples = 100
	return o
}

// Compare trains [VAPO], [FlowMatching] and [Contrastive] on ring8 with [vapo.Train], once for each learning rate and
// seed, and measures each. A run that diverges is an outcome; an error is anything else, such as a cancelled context,
// and comes with the outcomes so far.
func Compare(ctx context.Context, b compute.Backend, o Options) (Table, error) {
	if err := o.check(); err != nil {
		return Table{}, err
	}
	prior, err := homotopy.Evaluate(backend.Host(), o.Homotopy, []float64{0})
	if err != nil {
		return Table{}, err
	}
	var t Table
	for _, method := range o.methods(prior[0].Sd()) {
		for _, rate := range o.LearningRates {
			for _, seed := range o.Seeds {
				outcome, err := o.run(ctx, b, method, rate, seed)
				if err != nil {
					return t, fmt.Errorf("baseline: %s at learning rate %g, seed %d: %w", method.name, rate, seed, err)
				}
				t.Outcomes = append(t.Outcomes, outcome)
				if o.Observe != nil {
					o.Observe(outcome)
				}
			}
		}
	}
	t.Floor = o.floor()
	return t, nil
}

func (o Options) check() error {
	if o.Homotopy == nil || len(o.LearningRates) == 0 || len(o.Seeds) == 0 || o.Samples < 2 {
		return fmt.Errorf("baseline: Compare needs a homotopy, learning rates, seeds and at least 2 samples, got %v, %v, %v "+
			"and %d; begin with DefaultOptions",
			o.Homotopy, o.LearningRates, o.Seeds, o.Samples)
	}
	for _, rate := range o.LearningRates {
		t := o.Training
		t.LearningRate = rate
		if err := t.Validate(); err != nil {
			return err
		}
	}
	for _, alpha := range o.EnergyL2 {
		if !(alpha >= 0) {
			return fmt.Errorf("baseline: EnergyL2 must not be negative, got %g", alpha)
		}
	}
	chains, err := o.Langevin.withDefaults()
	if err == nil && chains.Steps >= o.Training.Batch {
		err = fmt.Errorf("baseline: %d Langevin steps need a batch of more than that, got %d", chains.Steps, o.Training.Batch)
	}
	return err
}

// floor is the energy distance of data to other data, at the sizes of the runs.
func (o Options) floor() Spread {
	var distances []float64
	for _, seed := range o.Seeds {
		distances = append(distances, EnergyDistance(o.data(2*seed), o.data(2*seed+1)))
	}
	return spread(distances)
}

// data draws fresh points of ring8, [Samples][2].
func (o Options) data(stream int64) [][]float64 {
	return mixture.Ring8().Sample(o.Samples, 0xda7a<<32^uint64(stream))
}
