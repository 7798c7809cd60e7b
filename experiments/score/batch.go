package score

import (
	"context"

	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/density"
)

// scoreRows appends all that is said of the inputs first ≤ i < last.
func (j *scoring) scoreRows(ctx context.Context, first, last int) error {
	rows, err := j.in.rows(first, last)
	if err != nil {
		return err
	}
	x := examplesTensor(rows, j.by.flow.Shape)
	defer x.MustFinalizeAll()
	at, err := j.scorer.ScoreFrom(ctx, first, x)
	if err != nil {
		return err
	}
	if j.grad == nil {
		j.grad = tensors.FromShape(shapes.Make(x.DType(), append([]int{j.in.info.Len}, j.by.flow.Shape...)...))
	}
	put(j.grad, first*j.by.flow.Dim(), at.Grad)
	for _, energy := range at.Energy {
		j.columns["phi"] = append(j.columns["phi"], -energy)
	}
	for name, values := range columnsOf(at) {
		if values != nil {
			j.columns[name] = append(j.columns[name], values...)
		}
	}
	j.nfe += at.NFE
	return nil
}

// columnsOf names what is stored of the scores.
func columnsOf(at density.Scores) map[string][]float64 {
	return map[string][]float64{
		"energy": at.Energy, "score_norm": at.ScoreNorm, "log_density_potential": at.LogDensityPotential,
		"typicality_potential": at.TypicalityPotential,
		"log_density_flow":     at.LogDensityFlow, "log_density_flow_err": at.LogDensityFlowErr, "typicality_flow": at.TypicalityFlow,
	}
}

// put copies values to a tensor from a position on.
func put(to *tensors.Tensor, at int, values []float64) {
	to.MustMutableFlatData(func(flat any) {
		switch flat := flat.(type) {
		case []float64:
			copy(flat[at:], values)
		case []float32:
			for i, v := range values {
				flat[at+i] = float32(v)
			}
		}
	})
}
