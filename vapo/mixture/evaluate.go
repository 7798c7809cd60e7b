package mixture

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
)

// Exact holds the oracle's values at n points, in float64.
type Exact struct {
	Phi        []float64   // Φ*, [n]
	Field      [][]float64 // u* = ∇Φ*, [n][d]
	LogDensity []float64   // log ρ̄, [n]
}

// Evaluate runs the oracle's own graph on b in float64 at the points x [n][d], with one clock value
// in [0, 1] for each point or one for all. It works in batches: n may be large.
func (o Optimal) Evaluate(b compute.Backend, x [][]float64, s ...float64) (Exact, error) {
	m := o.Mixture
	if err := m.check(); err != nil {
		return Exact{}, err
	}
	if len(s) == 1 {
		s = repeat(s[0], len(x))
	}
	if err := m.checkPoints(x, s); err != nil {
		return Exact{}, err
	}
	exec, err := graph.NewExec(b, func(in []*Node) []*Node {
		at := m.solve(points{in[0], in[1]}, in[2], o.Homotopy.At(in[3]))
		return []*Node{at.potential(), at.field(), at.logDensity()}
	})
	if err != nil {
		return Exact{}, fmt.Errorf("mixture: %w", err)
	}
	defer exec.Finalize()
	means, weights := m.tensors()
	var all Exact
	err = m.batches(len(x), func(rows []int, fresh int) error {
		out, err := exec.Call(means, weights, pick(x, rows), pick(s, rows))
		if err != nil {
			return fmt.Errorf("mixture: evaluating the oracle: %w", err)
		}
		all.Phi = append(all.Phi, out[0].Value().([]float64)[:fresh]...)
		all.Field = append(all.Field, out[1].Value().([][]float64)[:fresh]...)
		all.LogDensity = append(all.LogDensity, out[2].Value().([]float64)[:fresh]...)
		return nil
	})
	return all, err
}

func (m Mixture) checkPoints(x [][]float64, s []float64) error {
	if len(x) == 0 || len(s) != len(x) {
		return fmt.Errorf("mixture: needs at least one point and one s or one per point, got %d points and %d values of s",
			len(x), len(s))
	}
	for i := range x {
		if len(x[i]) != m.Dim() {
			return fmt.Errorf("mixture: point %d has %d dimensions, the data has %d", i, len(x[i]), m.Dim())
		}
		if !(s[i] >= 0 && s[i] <= 1) {
			return fmt.Errorf("mixture: s = %g of point %d is outside [0, 1]", s[i], i)
		}
	}
	return nil
}

// batchNumbers bounds the [batch, components] matrices to 16 MB each in float64.
const batchNumbers = 1 << 21

// batches visits the rows 0..n-1 in batches of one size, so that one executable serves all. The
// last batch repeats row n-1; only its first `fresh` rows are new.
func (m Mixture) batches(n int, visit func(rows []int, fresh int) error) error {
	size := min(n, 1024, max(1, batchNumbers/len(m.Means)))
	rows := make([]int, size)
	for start := 0; start < n; start += size {
		for i := range rows {
			rows[i] = min(start+i, n-1)
		}
		if err := visit(rows, min(size, n-start)); err != nil {
			return err
		}
	}
	return nil
}

func pick[T any](x []T, rows []int) []T {
	out := make([]T, len(rows))
	for i, row := range rows {
		out[i] = x[row]
	}
	return out
}

func repeat(x float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = x
	}
	return out
}
