package density

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/floats"

	"vapoflow/internal/numbers"
	"vapoflow/internal/progress"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/solver"
)

// Scoring says which scores to compute and how. The zero value inverts Φ at [DefaultS] and leaves the flow out.
type Scoring struct {
	S          float64       // clock in (0, 1); 0 means DefaultS
	Solver     solver.Solver // of the flow's log-density; nil leaves that out: it is an integration for each batch
	Divergence Divergence    // of the flow's log-density; nil means Exact
	Centre     Centre        // of the anchor; nil means Mean
	Batch      int           // examples in one evaluation; 0 means 256

	FlowS  float64         // clock of the flow's log-density of the inputs; 0 means S. At another than S, Anchor must be given
	Anchor *tensors.Tensor // points [n, shape...] at whose s = S the inversion equals the flow; nil means the references
	Grad   bool            // keep ∇Φ in Scores.Grad
}

// Scores are what a [Scorer] says of n inputs, each [n]. Larger energy and score norm, smaller log-density and larger typicality
// speak against an input. Those of the flow are nil where it was left out.
type Scores struct {
	Energy              []float64 // −Φ(x, s), the paper's energy; its constant is arbitrary
	ScoreNorm           []float64 // ‖∇log ρ̄(x; s)‖ from ∇Φ (THEORY §6)
	LogDensityPotential []float64 // log ρ̄(x; s) by inversion of Φ, nats; relative (mean 0 over the references) without the flow
	LogDensityFlow      []float64 // log ρ_Φ(x; FlowS) by the flow, nats
	LogDensityFlowErr   []float64 // its standard error over probes; nil for Exact
	TypicalityPotential []float64 // |log ρ̄ + entropy| by inversion
	TypicalityFlow      []float64 // |log ρ_Φ + entropy| by the flow
	NFE                 int       // evaluations of the flow's field, summed over batches
	Grad                []float64 // ∇Φ(x, s), flat, [n, d]; nil unless it was asked for

	Named map[string][]float64 // every score of [List], in which a larger value speaks against an input
	rows  []Row                // of a batch
}

// Scorer scores any number of inputs at one s, in batches of one padded size. It is safe for concurrent use.
type Scorer struct {
	Inversion        Inversion // the clock, 1/κ and the anchor
	EntropyPotential float64   // −mean log-density of the references by inversion, nats
	EntropyFlow      float64   // the same by the flow; 0 where that was left out

	flow *flow.Flow
	how  Scoring
}

// NewScorer prepares scores at one s from reference inputs [n, shape...], usually held-out data treated as the inputs will be:
// they anchor the inverted log-density to the flow's, and their mean log-density estimates the entropy for the typicality
// (Nalisnick et al. 2019, arXiv:1906.02994).
func NewScorer(ctx context.Context, f *flow.Flow, references *tensors.Tensor, how Scoring) (*Scorer, error) {
	if how.S == 0 {
		how.S = DefaultS
	}
	if how.Batch == 0 {
		how.Batch = 256
	}
	if how.Batch < 0 {
		return nil, fmt.Errorf("density: a batch of %d; give a positive number, or 0 for 256", how.Batch)
	}
	if how.Centre == nil {
		how.Centre = Mean
	}
	if how.FlowS == 0 {
		how.FlowS = how.S
	}
	if how.Solver != nil && how.FlowS != how.S && how.Anchor == nil {
		return nil, fmt.Errorf("density: the flow at s = %g anchors nothing at s = %g; give points of the path there as Anchor", how.FlowS, how.S)
	}
	inversion, err := inversionAt(f, how.S)
	if err != nil {
		return nil, err
	}
	sc := &Scorer{flow: f, how: how, Inversion: inversion}
	at, err := sc.Score(ctx, references)
	if err != nil {
		return nil, fmt.Errorf("density: scoring the references: %w", err)
	}
	if how.Solver == nil {
		sc.Inversion.Shift = how.Centre(at.LogDensityPotential)
	} else {
		known := at
		if how.Anchor != nil {
			there := Scorer{Inversion: inversion, flow: f, how: how}
			there.how.FlowS = how.S
			if known, err = there.Score(ctx, how.Anchor); err != nil {
				return nil, fmt.Errorf("density: anchoring: %w", err)
			}
		}
		sc.Inversion.Shift = how.Centre(floats.SubTo(make([]float64, len(known.LogDensityFlow)), known.LogDensityPotential, known.LogDensityFlow))
		sc.EntropyFlow = -Mean(at.LogDensityFlow)
	}
	sc.EntropyPotential = sc.Inversion.Shift - Mean(at.LogDensityPotential)
	return sc, nil
}

// Score scores x [n, shape...] for any n.
func (sc *Scorer) Score(ctx context.Context, x *tensors.Tensor) (Scores, error) {
	return sc.ScoreFrom(ctx, 0, x)
}

// ScoreFrom scores a part x [n, shape...] of a stream of inputs, whose first row has the given index in it: the probes of a row are a function
// of its index. All parts use the same executables.
func (sc *Scorer) ScoreFrom(ctx context.Context, index int, x *tensors.Tensor) (Scores, error) {
	flat, err := points(sc.flow, x)
	if err != nil {
		return Scores{}, err
	}
	var all Scores
	d := sc.flow.Dim()
	n := len(flat) / d
	flows := sc.flow.OnDevices()
	count := (n + sc.how.Batch - 1) / sc.how.Batch
	err = backend.Share(len(flows), count, func(device, i int) (Scores, error) {
		first := i * sc.how.Batch
		rows := make([]float64, 0, sc.how.Batch*d)
		for i := range sc.how.Batch { // the last row fills up the last batch
			rows = append(rows, flat[min(first+i, n-1)*d:][:d]...)
		}
		part := numbers.Tensor(x.DType(), rows, append([]int{sc.how.Batch}, sc.flow.Shape...)...)
		defer numbers.Finalize(part)
		at, err := sc.scoreBatch(progress.Part(ctx, i, count), flows[device], part, index+first)
		if err != nil {
			err = fmt.Errorf("density: inputs from %d on: %w", index+first, err)
		}
		return at, err
	}, func(i int, at Scores) error {
		progress.Report(ctx, float64(i+1)/float64(count))
		fresh := min(sc.how.Batch, n-i*sc.how.Batch)
		all.append(at, fresh)
		if sc.how.Grad {
			all.Grad = append(all.Grad, at.Grad[:fresh*d]...)
		}
		if err := sc.name(&all, at, fresh); err != nil {
			return fmt.Errorf("density: inputs from %d on: %w", index+i*sc.how.Batch, err)
		}
		return nil
	})
	if err != nil {
		return Scores{}, err
	}
	all.TypicalityPotential = typicality(all.LogDensityPotential, sc.EntropyPotential)
	all.TypicalityFlow = typicality(all.LogDensityFlow, sc.EntropyFlow)
	return all, nil
}

// name adds the scores of List for the first `fresh` rows of a batch.
func (sc *Scorer) name(all *Scores, batch Scores, fresh int) error {
	if all.Named == nil {
		all.Named = map[string][]float64{}
	}
	for name, score := range List.All() {
		if score.Flow && batch.LogDensityFlow == nil {
			continue
		}
		for i, r := range batch.rows[:fresh] {
			r.Entropy, r.LogDensityFlow, r.EntropyFlow = sc.EntropyPotential, math.NaN(), math.NaN()
			if score.Flow {
				r.LogDensityFlow, r.EntropyFlow = batch.LogDensityFlow[i], sc.EntropyFlow
			}
			value := score.Of(r)
			if math.IsNaN(value) && !math.IsNaN(r.Phi) && !math.IsNaN(r.LogDensity) {
				return fmt.Errorf("the score %q is NaN where Φ is %g and log ρ̄ %g; one that reads LogDensityFlow or "+
					"EntropyFlow says Flow: true", name, r.Phi, r.LogDensity)
			}
			all.Named[name] = append(all.Named[name], value)
		}
	}
	return nil
}

func (sc *Scorer) scoreBatch(ctx context.Context, f *flow.Flow, x *tensors.Tensor, first int) (Scores, error) {
	at, err := sc.Inversion.scores(f, x)
	if err != nil || sc.how.Solver == nil {
		return at, err
	}
	along, err := logDensity(ctx, f, sc.how.Solver, x, sc.how.FlowS, sc.how.Divergence, first)
	at.LogDensityFlow, at.LogDensityFlowErr, at.NFE = along.Value, along.StdErr, along.NFE
	return at, err
}

// append adds the first `fresh` rows of a batch.
func (s *Scores) append(batch Scores, fresh int) {
	for _, column := range []struct {
		to   *[]float64
		from []float64
	}{
		{&s.Energy, batch.Energy},
		{&s.ScoreNorm, batch.ScoreNorm},
		{&s.LogDensityPotential, batch.LogDensityPotential},
		{&s.LogDensityFlow, batch.LogDensityFlow},
		{&s.LogDensityFlowErr, batch.LogDensityFlowErr},
	} {
		*column.to = append(*column.to, column.from[:min(fresh, len(column.from))]...)
	}
	s.NFE += batch.NFE
}

// typicality is |log-density + entropy|; nil stays nil.
func typicality(logDensity []float64, entropy float64) []float64 {
	var out []float64
	for _, v := range logDensity {
		out = append(out, math.Abs(v+entropy))
	}
	return out
}
