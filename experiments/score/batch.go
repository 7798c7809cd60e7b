package score

import (
	"context"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/density"
)

// alongFlow is log ρ_Φ(x; s) of rows [n, d], in batches, with its standard error.
func (j *scoring) alongFlow(ctx context.Context, rows []float64, s float64) (value, stdErr []float64, err error) {
	d := j.by.flow.Dim()
	n := len(rows) / d
	for first := 0; first < n; first += j.batch {
		last := min(first+j.batch, n)
		part, partErr, err := j.flowBatch(ctx, rows[first*d:last*d], s, first)
		if err != nil {
			return nil, nil, err
		}
		value, stdErr = append(value, part...), append(stdErr, partErr...)
	}
	return value, stdErr, nil
}

// flowBatch is alongFlow for at most one batch of rows, the first of which has the given index.
func (j *scoring) flowBatch(ctx context.Context, rows []float64, s float64, first int) (value, stdErr []float64, err error) {
	fresh := len(rows) / j.by.flow.Dim()
	x := j.padded(rows)
	defer x.MustFinalizeAll()
	at, err := density.LogDensity(ctx, j.by.flow, j.solver, x, s, j.divergence(first))
	if err != nil {
		return nil, nil, err
	}
	j.nfe += at.NFE
	return at.Value[:fresh], at.StdErr[:min(fresh, len(at.StdErr))], nil
}

// padded is rows as a tensor of one whole batch: the last row fills it up, so that one executable serves all.
func (j *scoring) padded(rows []float64) *tensors.Tensor {
	d := j.by.flow.Dim()
	full := append(make([]float64, 0, j.batch*d), rows...)
	for len(full) < j.batch*d {
		full = append(full, rows[len(rows)-d:]...)
	}
	return examplesTensor(full, j.by.flow.Shape)
}

// scoreRows appends all that is said of the inputs first ≤ i < last. shape is [n, ...] of all inputs.
func (j *scoring) scoreRows(ctx context.Context, first, last int, shape []int) error {
	indices := make([]int, last-first)
	for i := range indices {
		indices[i] = first + i
	}
	rows, err := j.in.rows(indices)
	if err != nil {
		return err
	}
	if err := j.evaluate(rows, first, shape); err != nil {
		return err
	}
	x := examplesTensor(rows, j.by.flow.Shape)
	defer x.MustFinalizeAll()
	scores, err := j.scorer.Score(ctx, x)
	if err != nil {
		return err
	}
	j.add("energy", scores.Energy)
	j.add("score_norm", scores.ScoreNorm)
	j.add("log_density_potential", scores.LogDensityPotential)
	j.add("typicality_potential", scores.TypicalityPotential)
	if !j.withFlow {
		return nil
	}
	value, stdErr, err := j.flowBatch(ctx, rows, 1, first)
	if err != nil {
		return err
	}
	j.add("log_density_flow", value)
	if stdErr != nil {
		j.add("log_density_flow_err", stdErr)
	}
	for _, v := range value {
		j.add("typicality_flow", []float64{math.Abs(v + j.entropy)})
	}
	return nil
}

func (j *scoring) add(name string, values []float64) {
	j.columns[name] = append(j.columns[name], values...)
}

// evaluate adds Φ and ∇Φ of rows, the first of which has the given index.
func (j *scoring) evaluate(rows []float64, first int, shape []int) error {
	x := j.padded(rows)
	defer x.MustFinalizeAll()
	phi, grad, err := j.by.flow.Evaluate(x, j.s)
	if err != nil {
		return err
	}
	defer numbers.Finalize(phi, grad)
	if j.grad == nil {
		j.grad = tensors.FromShape(shapes.Make(grad.DType(), shape...))
	}
	d := j.by.flow.Dim()
	j.add("phi", numbers.Flat(phi)[:len(rows)/d])
	if grad.DType() == dtypes.Float64 {
		place[float64](j.grad, first*d, grad, len(rows))
	} else {
		place[float32](j.grad, first*d, grad, len(rows))
	}
	return nil
}

// place copies the first n values of from to all, from position at on.
func place[T float32 | float64](all *tensors.Tensor, at int, from *tensors.Tensor, n int) {
	tensors.MustConstFlatData(from, func(values []T) {
		tensors.MustMutableFlatData(all, func(flat []T) { copy(flat[at:], values[:n]) })
	})
}
