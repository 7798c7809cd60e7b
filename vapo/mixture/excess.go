package mixture

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/internal/uncertainty"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
)

// Report is a relative excess loss (THEORY §4), E‖∇Φ − ∇Φ*‖² / E‖∇Φ*‖² on fresh samples of the
// path: 0 for the optimum, 1 for Φ = 0.
type Report struct {
	Overall  float64    // over s uniform on [0, 1]
	Quarters [4]float64 // over each quarter of [0, 1]; a ratio of sums within it

	// Standard errors of the samples, not of the training, by the delta method; the strata of s make the true ones a little
	// smaller.
	StdErr         float64
	QuartersStdErr [4]float64
}

// Excess measures a flow against the exact potential of data m on its path, on
// n ≥ 4 samples; each is a function of (seed, index). s is stratified: one sample in each n-th of [0, 1].
//
// The potential sees float32; the samples, the exact field and the sums are float64. A cancelled context ends it between two
// batches.
func Excess(ctx context.Context, f *flow.Flow, m Mixture, n int, seed uint64) (Report, error) {
	if err := m.check(); err != nil {
		return Report{}, err
	}
	if n < 4 {
		return Report{}, fmt.Errorf("mixture: Excess needs at least 4 samples, one per quarter of s, got %d", n)
	}
	exec, err := f.Compile(dtypes.Float32, func(at potential.Function, in []*Node) []*Node {
		return m.deviation(f.Homotopy, at, in)
	})
	if err != nil {
		return Report{}, fmt.Errorf("mixture: %w", err)
	}
	defer exec.Finalize()

	means, weights := m.tensors()
	var excess, norm [4][]float64
	err = m.batches(n, func(rows []int, fresh int) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, noise, s := m.stratified(rows, n, seed)
		out, err := exec.Call(means, weights, data, noise, s)
		if err != nil {
			return fmt.Errorf("mixture: evaluating the excess loss: %w", err)
		}
		deviations, norms := out[0].Value().([]float64), out[1].Value().([]float64)
		for i := range fresh {
			quarter := min(int(4*s[i]), 3)
			excess[quarter] = append(excess[quarter], deviations[i])
			norm[quarter] = append(norm[quarter], norms[i])
		}
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	return ratios(excess, norm), nil
}

// deviation is the graph of ‖∇Φ − u*‖² and ‖u*‖², each [batch], for in = means, weights, data, noise, s.
func (m Mixture) deviation(h homotopy.Homotopy, at potential.Function, in []*Node) []*Node {
	draw := homotopy.Draw(h, in[2], in[3], in[4])
	exact := m.solve(points{in[0], in[1]}, draw.X, draw.Coefficients).field()
	narrow := func(x *Node) *Node { return graph.ConvertDType(x, dtypes.Float32) }
	_, grad := at(narrow(draw.X), narrow(draw.S))
	grad = graph.ConvertDType(grad, exact.DType())
	return []*Node{squaredNorm(graph.Sub(grad, exact)), squaredNorm(exact)}
}

// stratified draws data, noise and s for samples `rows` of n.
func (m Mixture) stratified(rows []int, n int, seed uint64) (data, noise [][]float64, s []float64) {
	for _, i := range rows {
		r := source(seed, i)
		s = append(s, (float64(i)+r.Float64())/float64(n))
		data = append(data, m.draw(r))
		z := make([]float64, m.Dim())
		for j := range z {
			z[j] = r.NormFloat64()
		}
		noise = append(noise, z)
	}
	return data, noise, s
}

func ratios(excess, norm [4][]float64) (r Report) {
	for q := range excess {
		r.Quarters[q], r.QuartersStdErr[q] = uncertainty.Ratio(excess[q], norm[q])
	}
	r.Overall, r.StdErr = uncertainty.Ratio(slices.Concat(excess[:]...), slices.Concat(norm[:]...))
	return r
}
