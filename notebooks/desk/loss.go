package desk

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/measure"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// Loss estimates the loss of a flow at one s, over n draws of its path from points of data, with its standard error. Alignment is
// given without its constant ½E‖u_c‖², as all three estimators of the energy loss then have one mean.
func Loss(l loss.Loss, f *flow.Flow, data dataset.Dataset, s float64, n int) (mean, stdErr float64) {
	exec := Must(f.Compile(dtypes.Float64, func(at potential.Function, in []*graph.Node) []*graph.Node {
		p := homotopy.Draw(f.Homotopy, in[0], in[1], in[2])
		value := l.Value(p, at)
		if _, ok := l.(loss.Alignment); ok {
			value = graph.Sub(value, graph.MulScalar(graph.ReduceSum(graph.Square(p.Velocity()), -1), 0.5))
		}
		return []*graph.Node{value}
	}))
	defer exec.Finalize()
	rng := rand.New(rand.NewPCG(1, 2))
	noise, clock := make([][]float64, n), make([]float64, n)
	for i := range n {
		clock[i], noise[i] = s, make([]float64, f.Dim())
		for j := range noise[i] {
			noise[i][j] = rng.NormFloat64()
		}
	}
	values := Values(Must(exec.Call(Points(Batch(data, 0, n)), noise, clock))[0])
	mean, sd := stat.MeanStdDev(values, nil)
	return mean, stat.StdErr(sd, float64(n))
}

// Excess shows the relative excess of a model over the exact potential of its data, E‖∇Φ − ∇Φ*‖² / E‖∇Φ*‖²: 0 for the optimum, 1
// for Φ = 0. The data must be a mixture or points, whose exact potential is known.
func Excess(m *vapo.Model, data dataset.Dataset) mixture.Report {
	if data == nil {
		Check(errors.New("desk: Excess needs the data whose exact potential is meant: that which the model was trained on, or other"))
	}
	if info := data.Info(); !slices.Equal(info.Shape, m.Shape) {
		Check(fmt.Errorf("desk: Excess: examples of %s have shape %v, those of the model %v", info.Name, info.Shape, m.Shape))
	}
	exact := Must(measure.Exact(data))
	samples := 16384
	if len(exact.Means) > 1000 { // the exact potential sums over them
		samples = 2048
	}
	r := Must(mixture.Excess(Context(), &m.Flow, exact, samples, 1))
	row := []any{fmt.Sprintf("%.2f ± %.2f %%", 100*r.Overall, 100*r.StdErr)}
	for _, quarter := range r.Quarters {
		row = append(row, fmt.Sprintf("%.2f %%", 100*quarter))
	}
	Table([]string{"relative excess", "s to ¼", "to ½", "to ¾", "to 1"}, row)
	return r
}
