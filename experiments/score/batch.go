package score

import (
	"context"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/density"
	"vapoflow/vapo/flow"
)

// batches gives work one padded batch of rows [n, d] after another, in turn on each device that the flow's backend shares work among, and
// take what it makes of them, in order, with the batch's own rows. first is the index in rows of a batch's first.
func batches[T any](j *scoring, rows []float64, work func(on *flow.Flow, x *tensors.Tensor, first int) (T, error), take func(first, fresh int, result T)) error {
	flows, n := j.by.flow.OnDevices(), len(rows)/j.by.flow.Dim()
	return backend.Share(len(flows), (n+j.batch-1)/j.batch, func(device, i int) (T, error) {
		x := j.padded(rows, i*j.batch)
		defer x.MustFinalizeAll()
		return work(flows[device], x, i*j.batch)
	}, func(i int, result T) error {
		take(i*j.batch, min(j.batch, n-i*j.batch), result)
		return nil
	})
}

// alongFlow is log ρ_Φ(x; s) of rows [n, d], the first of which has the given index, with its standard error.
func (j *scoring) alongFlow(ctx context.Context, rows []float64, s float64, index int) (value, stdErr []float64, err error) {
	err = batches(j, rows, func(on *flow.Flow, x *tensors.Tensor, first int) (density.Estimate, error) {
		return density.LogDensity(ctx, on, j.solver, x, s, j.divergence(index+first))
	}, func(_, fresh int, at density.Estimate) {
		j.nfe += at.NFE
		value, stdErr = append(value, at.Value[:fresh]...), append(stdErr, at.StdErr[:min(fresh, len(at.StdErr))]...)
	})
	return value, stdErr, err
}

// padded is a whole batch of rows from the given one on: the last row fills it up, so that one executable serves all.
func (j *scoring) padded(rows []float64, from int) *tensors.Tensor {
	d := j.by.flow.Dim()
	full := append(make([]float64, 0, j.batch*d), rows[from*d:min(len(rows), (from+j.batch)*d)]...)
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
	value, stdErr, err := j.alongFlow(ctx, rows, 1, first)
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
	type at struct{ phi, grad *tensors.Tensor }
	return batches(j, rows, func(on *flow.Flow, x *tensors.Tensor, _ int) (a at, err error) {
		a.phi, a.grad, err = on.Evaluate(x, j.s)
		return a, err
	}, func(from, fresh int, a at) {
		defer numbers.Finalize(a.phi, a.grad)
		if j.grad == nil {
			j.grad = tensors.FromShape(shapes.Make(a.grad.DType(), shape...))
		}
		j.add("phi", numbers.Flat(a.phi)[:fresh])
		d := j.by.flow.Dim()
		if a.grad.DType() == dtypes.Float64 {
			place[float64](j.grad, (first+from)*d, a.grad, fresh*d)
		} else {
			place[float32](j.grad, (first+from)*d, a.grad, fresh*d)
		}
	})
}

// place copies the first n values of from to all, from position at on.
func place[T float32 | float64](all *tensors.Tensor, at int, from *tensors.Tensor, n int) {
	tensors.MustConstFlatData(from, func(values []T) {
		tensors.MustMutableFlatData(all, func(flat []T) { copy(flat[at:], values[:n]) })
	})
}
