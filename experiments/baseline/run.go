package baseline

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

// Names of the methods that [Compare] trains. Contrastive is followed by its α, as in "contrastive divergence, α = 0.01".
const (
	VAPO         = "VAPO, alignment"
	FlowMatching = "vector field, flow matching"
	Contrastive  = "contrastive divergence, α = "
)

// A run has diverged where the loss, per dimension as Train reports it, is NaN or infinite or passes LossLimit in
// magnitude, or where more than Escaped of its samples are not finite or lie outside of [-Box, Box]². The losses of all
// methods are of order one at their start, and ring8 lies within 2.5 of the origin. A run that passes LossLimit is stopped.
const (
	LossLimit = 1e3
	Box       = 10.0
	Escaped   = 0.01
)

// method is one rival: what it trains, with which loss, and how it draws samples.
type method struct {
	name      string
	potential potential.Potential
	loss      loss.Loss
	sample    func(ctx context.Context, m *vapo.Model, seed int64, n int) (*tensors.Tensor, error)
	exact     bool // its field should be the exact one
}

// methods lists the rivals; the chains of training start from N(0, ω² I).
func (o Options) methods(omega float64) []method {
	all := []method{
		{VAPO, o.Network, loss.Alignment{}, byFlow, true},
		{FlowMatching, VectorField{o.Network}, loss.Alignment{}, byFlow, true},
	}
	for _, alpha := range o.EnergyL2 {
		rival := ContrastiveDivergence{Langevin: o.Langevin, Omega: omega, EnergyL2: alpha}
		all = append(all, method{fmt.Sprint(Contrastive, alpha), o.Network, rival, o.shortRun, false})
	}
	return all
}

// byFlow carries the prior along the field, with 200 evaluations.
func byFlow(ctx context.Context, m *vapo.Model, seed int64, n int) (*tensors.Tensor, error) {
	solution, err := m.Sample(ctx, solver.Fixed{Tableau: solver.RK4, Steps: 50}, seed, 0, n)
	if err != nil {
		return nil, err
	}
	return solution.State[0], nil
}

// shortRun draws samples as the training draws negatives: its chain is the generator.
func (o Options) shortRun(ctx context.Context, m *vapo.Model, seed int64, n int) (*tensors.Tensor, error) {
	return o.Langevin.Sample(ctx, m, seed, 0, n)
}

// run trains a method once and measures it.
func (o Options) run(ctx context.Context, b compute.Backend, how method, rate float64, seed int64) (Outcome, error) {
	out := Outcome{Method: how.name, LearningRate: rate, Seed: seed}
	m := &vapo.Model{Flow: flow.Flow{Backend: b, Homotopy: o.Homotopy, Potential: how.potential, Shape: []int{2}}}
	t := o.Training
	t.LearningRate, t.Seed = rate, seed
	var err error
	out.Diverged, err = train(ctx, m, how.loss, t, &out)
	if err != nil || out.Diverged != "" {
		return out, err
	}
	samples, err := how.sample(ctx, m, seed, o.Samples)
	if failure := (*solver.Failure)(nil); errors.As(err, &failure) && failure.Status == solver.NotFinite {
		out.Diverged = "sampling: " + err.Error()
		return out, nil
	}
	if err != nil {
		return out, err
	}
	points := rows(samples)
	if share := escaped(points); share > Escaped {
		out.Diverged = fmt.Sprintf("%.0f %% of the samples left [-%g, %g]²", 100*share, Box, Box)
		return out, nil
	}
	out.Distance = EnergyDistance(points, o.data(2*seed))
	if how.exact {
		report, err := mixture.Excess(ctx, &m.Flow, mixture.Ring8(), 4096, uint64(seed))
		if err != nil {
			return out, err
		}
		out.HasExcess, out.Excess = true, report.Overall
	}
	return out, nil
}

// train says how the training diverged, "" where it did not, and puts its times in out.
func train(ctx context.Context, m *vapo.Model, l loss.Loss, t vapo.Training, out *Outcome) (diverged string, err error) {
	data, err := dataset.Open("ring8", dataset.Options{})
	if err != nil {
		return "", err
	}
	watched, stop := context.WithCancel(ctx)
	defer stop()
	began, first := time.Now(), 0.0
	err = vapo.Train(watched, m, l, data, t, vapo.Run{Observe: func(p vapo.Progress) {
		if p.Step == 1 { // it waits for the compiler
			out.CompileSeconds, first = time.Since(began).Seconds(), p.Seconds
		}
		out.Seconds = p.Seconds - first
		if math.Abs(p.Loss) > LossLimit && diverged == "" {
			diverged = fmt.Sprintf("the loss is %.3g after step %d", p.Loss, p.Step)
			stop()
		}
	}})
	switch {
	case diverged != "" && ctx.Err() == nil:
		return diverged, nil
	case err != nil && errors.Is(err, vapo.ErrDiverged):
		return err.Error(), nil
	}
	return "", err
}

// rows copies samples [n, 2] to float64 and frees them.
func rows(samples *tensors.Tensor) [][]float64 {
	defer samples.MustFinalizeAll()
	flat := tensors.MustCopyFlatData[float32](samples)
	points := make([][]float64, len(flat)/2)
	for i := range points {
		points[i] = []float64{float64(flat[2*i]), float64(flat[2*i+1])}
	}
	return points
}

// escaped is the share of points outside of the box, NaN included.
func escaped(points [][]float64) float64 {
	n := 0
	for _, p := range points {
		if !(math.Abs(p[0]) <= Box && math.Abs(p[1]) <= Box) {
			n++
		}
	}
	return float64(n) / float64(len(points))
}
