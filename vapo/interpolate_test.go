package vapo_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
)

func ExampleSlerp() {
	a := tensors.FromValue([][]float64{{2, 0}})
	b := tensors.FromValue([][]float64{{0, 2}})
	for _, t := range []float64{0, 1.0 / 3, 1} {
		x, err := vapo.Slerp(a, b, t)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%.3f\n", x.Value())
	}
	_, err := vapo.Slerp(a, tensors.FromValue([][]float64{{-1, 0}}), 0.5)
	fmt.Println(err)
	// Output:
	// [[2.000 0.000]]
	// [[1.732 1.000]]
	// [[0.000 2.000]]
	// vapo: slerp of example 0: the two are opposite, so that no arc between them is the shortest; draw another
}

// On draws of the prior: the ends are the draws bit for bit, the norm goes linearly from one to the other, and equal steps of t
// turn by equal angles, in the plane of the two.
func TestSlerpOfPriorDraws(t *testing.T) {
	path := homotopy.Straight{Omega: 1.5}
	m := &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Homotopy: path, Shape: []int{4, 4, 3}}}
	const n, d, steps = 3, 48, 8
	draw := func(first int) *tensors.Tensor {
		x, err := m.Prior(1, first, n)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	a, b := draw(0), draw(n)
	rows := make([][][]float32, steps+1) // [steps+1][n][d]
	for k := range rows {
		x, err := vapo.Slerp(a, b, float64(k)/steps)
		if err != nil {
			t.Fatal(err)
		}
		if !x.Shape().Equal(a.Shape()) {
			t.Fatalf("shape %s from %s", x.Shape(), a.Shape())
		}
		flat := tensors.MustCopyFlatData[float32](x)
		for i := range n {
			rows[k] = append(rows[k], flat[i*d:][:d])
		}
	}
	first, last := tensors.MustCopyFlatData[float32](a), tensors.MustCopyFlatData[float32](b)
	dot := func(x, y []float32) (sum float64) {
		for j := range x {
			sum += float64(x[j]) * float64(y[j])
		}
		return sum
	}
	for i := range n {
		na, nb := math.Sqrt(dot(rows[0][i], rows[0][i])), math.Sqrt(dot(rows[steps][i], rows[steps][i]))
		whole := math.Acos(dot(rows[0][i], rows[steps][i]) / na / nb)
		for j := range d {
			if rows[0][i][j] != first[i*d+j] || rows[steps][i][j] != last[i*d+j] {
				t.Fatalf("example %d: the ends are not the draws", i)
			}
		}
		for k := range steps {
			x, y, at := rows[k][i], rows[k+1][i], float64(k)/steps
			nx, ny := math.Sqrt(dot(x, x)), math.Sqrt(dot(y, y))
			if want := (1-at)*na + at*nb; math.Abs(nx-want) > 1e-5*want {
				t.Errorf("example %d at t = %g: norm %g, want %g", i, at, nx, want)
			}
			if got := math.Acos(dot(x, y) / nx / ny); math.Abs(got-whole/steps) > 1e-4 {
				t.Errorf("example %d from t = %g: turns by %g, want %g", i, at, got, whole/steps)
			}
		}
	}
}

func TestSlerpOfNearlyParallelDraws(t *testing.T) {
	for _, eps := range []float64{0, 1e-12, 1e-7, 1e-3} {
		x, err := vapo.Slerp(tensors.FromValue([][]float64{{1, 0}}), tensors.FromValue([][]float64{{1, eps}}), 0.25)
		if err != nil {
			t.Fatal(err)
		}
		got := x.Value().([][]float64)[0]
		if want := math.Tan(math.Atan(eps) / 4); math.Abs(got[1]/got[0]-want) > 1e-15 {
			t.Errorf("eps = %g: slope %g, want %g", eps, got[1]/got[0], want)
		}
	}
}

func TestSlerpErrors(t *testing.T) {
	a := tensors.FromValue([][]float64{{1, 2}})
	for _, c := range []struct {
		b    *tensors.Tensor
		t    float64
		want string
	}{
		{a, -0.1, "t = -0.1"},
		{a, math.NaN(), "NaN"},
		{tensors.FromValue([][]float64{{1, 2, 3}}), 0.5, "[1, 3]"},
		{tensors.FromValue([][]float32{{1, 2}}), 0.5, "Float32"},
		{tensors.FromValue([][]float64{{0, 0}}), 0.5, "norm is 0"},
		{tensors.FromValue([][]float64{{math.NaN(), 0}}), 0.5, "norm is NaN"},
		{tensors.FromValue([][]float64{{-2, -4}}), 0.5, "opposite"},
	} {
		if _, err := vapo.Slerp(a, c.b, c.t); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("t = %g, b %s: %v, want %q", c.t, c.b.Shape(), err, c.want)
		}
	}
}
