package score

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/internal/budget"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/density"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/solver"
)

// scoring scores inputs in batches of one size.
type scoring struct {
	by         *scored
	in         *inputs
	s          float64
	withFlow   bool
	solver     solver.Solver
	probes     int // 0: the exact divergence
	seed       uint64
	batch      int
	references int

	at, end homotopy.Values // of the path at s, and at its end
	scorer  *density.Scorer
	columns map[string][]float64 // one value for each input
	grad    *tensors.Tensor      // [n, ...]
	nfe     int
}

// newScoring fills in the defaults: 256 points at a time, exactly, or 16 images by 2 probes.
func newScoring(o Options, by *scored, in *inputs) *scoring {
	image := in.info.IsImage()
	or := func(value, points, images int) int {
		switch {
		case value > 0:
			return value
		case image:
			return images
		}
		return points
	}
	j := &scoring{by: by, in: in, s: o.S, withFlow: o.Flow, seed: o.Seed, probes: o.Probes}
	j.batch, j.references = or(o.Batch, 256, 16), or(o.References, 256, 32)
	if limit := by.data.Info().Len; limit > 0 {
		j.references = min(j.references, limit)
	}
	if j.probes == 0 && by.flow.Dim() > density.ExactLimit {
		j.probes = 2
	}
	j.solver = integrator(o.Tolerance, by.exact, image)
	return j
}

// checkMemory refuses what is more than the memory: a batch with its probes, and the references, read, placed and scored in
// float64.
func (j *scoring) checkMemory() error {
	row := 8 * float64(j.by.flow.Dim())
	what, probes := fmt.Sprintf("--batch %d", j.batch), 0
	if j.withFlow {
		what, probes = fmt.Sprintf("--batch %d with %d probes", j.batch, j.probes), j.probes
	}
	if err := budget.Check(what, float64(j.batch)*row*(2+float64(probes))); err != nil {
		return err
	}
	return budget.Check(fmt.Sprintf("--references %d", j.references), float64(j.references)*row*2)
}

// integrator is that of the flow. Its default tolerance puts its errors below those of what it integrates: an exact potential, a
// network at points in float64, or one at images in float32, whose resolution it must stay above.
func integrator(tolerance float64, exact, image bool) solver.Solver {
	if tolerance == 0 {
		switch {
		case image:
			tolerance = 1e-4
		case exact:
			tolerance = 1e-7
		default:
			tolerance = 1e-5
		}
	}
	tableau := solver.DormandPrince5
	if exact { // the more digits, the more a high order pays
		tableau = solver.DormandPrince8
	}
	return solver.Adaptive{Tableau: tableau, RTol: tolerance, ATol: tolerance}
}

// run gives the arrays to store. progress may not be nil.
func (j *scoring) run(ctx context.Context, progress func(done, total int)) (map[string]*tensors.Tensor, error) {
	values, err := homotopy.Evaluate(backend.Host(), j.by.flow.Homotopy, []float64{j.s, 1})
	if err != nil {
		return nil, err
	}
	j.at, j.end = values[0], values[1]
	if err := j.prepare(ctx); err != nil {
		return nil, err
	}
	j.columns, j.grad, j.nfe = map[string][]float64{}, nil, 0
	atOnce := j.batch * len(j.by.flow.OnDevices())
	for first := 0; first < j.in.info.Len; first += atOnce {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		last := min(first+atOnce, j.in.info.Len)
		if err := j.scoreRows(ctx, first, last); err != nil {
			return nil, fmt.Errorf("inputs %d to %d: %w", first, last-1, err)
		}
		progress(last, j.in.info.Len)
	}
	return j.arrays(), nil
}

// prepare makes the scorer. With the flow, whose log-density is that of the data, the inverted one equals the flow's in the mean
// over references placed on the path at s; entropies are minus the mean log-densities of the references as they stand, as the
// inputs are scored.
func (j *scoring) prepare(ctx context.Context) error {
	raw, placed, err := j.placeReferences()
	if err != nil {
		return err
	}
	shape := j.by.flow.Shape
	how := density.Scoring{S: j.s, Batch: j.batch, Grad: true}
	if j.withFlow {
		how.Solver, how.FlowS, how.Anchor, how.Divergence = j.solver, 1, examplesTensor(placed, shape), density.Exact{}
		if j.probes > 0 {
			how.Divergence = density.Hutchinson{Probes: j.probes, Seed: j.seed}
		}
	}
	j.scorer, err = density.NewScorer(ctx, j.by.flow, examplesTensor(raw, shape), how)
	return err
}

// placeReferences are examples of the data spread over it, as they stand and as μx̄ + √v ε on the path at s, both [references,
// d].
func (j *scoring) placeReferences() (raw, placed []float64, err error) {
	d := j.by.flow.Dim()
	stride := max(1, j.by.data.Info().Len/j.references)
	narrow := make([]float32, d)
	for i := range j.references {
		if err := j.by.data.Read(i*stride, narrow); err != nil {
			return nil, nil, err
		}
		noise := rand.New(rand.NewPCG(j.seed, uint64(i)))
		for _, v := range narrow {
			raw = append(raw, float64(v))
			placed = append(placed, j.at.Mu*float64(v)+j.at.Sd()*noise.NormFloat64())
		}
	}
	return raw, placed, nil
}
