package posterior_test

import (
	"context"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/posterior"
)

func paper(t testing.TB) homotopy.Homotopy {
	t.Helper()
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	return path
}

// oracle is the flow of a mixture's exact potential.
func oracle(m mixture.Mixture, path homotopy.Homotopy) *flow.Flow {
	return &flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: mixture.Optimal{Mixture: m, Homotopy: path}, Shape: []int{m.Dim()}}
}

// smoothed is the data as the end of the path has it, in the data's units: with the deviation √v/μ in every direction.
func smoothed(t testing.TB, m mixture.Mixture, path homotopy.Homotopy, s float64) mixture.Mixture {
	t.Helper()
	c, err := homotopy.Evaluate(backend.Host(), path, []float64{s})
	if err != nil {
		t.Fatal(err)
	}
	m.Std = math.Sqrt(m.Std*m.Std + c[0].V/(c[0].Mu*c[0].Mu))
	return m
}

func matrix(t testing.TB, a mat.Matrix, y [][]float64, noise float64) posterior.Linear {
	t.Helper()
	l, err := posterior.Matrix(a, y, noise)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func sample(t testing.TB, p *posterior.Posterior, how posterior.Chains, n int) *posterior.Result {
	t.Helper()
	r, err := p.Sample(context.Background(), how, n)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func guide(t testing.TB, p *posterior.Posterior, how posterior.Guided, n int) [][]float64 {
	t.Helper()
	x, err := p.Guide(context.Background(), how, n, 1)
	if err != nil {
		t.Fatal(err)
	}
	return x.Value().([][]float64)
}

func column(x [][]float64, j int) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = x[i][j]
	}
	return out
}

// agreement is the p-value of two samples being of one law: the smallest of Kolmogorov and Smirnov's tests along three
// directions, times three (Bonferroni).
func agreement(x, y [][]float64) float64 {
	least := 1.0
	for _, direction := range [][2]float64{{1, 0}, {0, 1}, {0.7, 0.7}} {
		project := func(x [][]float64) []float64 {
			out := make([]float64, len(x))
			for i := range x {
				out[i] = direction[0]*x[i][0] + direction[1]*x[i][1]
			}
			slices.Sort(out)
			return out
		}
		n, m := float64(len(x)), float64(len(y))
		d := stat.KolmogorovSmirnov(project(x), nil, project(y), nil) * math.Sqrt(n*m/(n+m))
		p := 0.0
		for k := 1.0; k < 100; k++ {
			p += 2 * math.Pow(-1, k-1) * math.Exp(-2*k*k*d*d)
		}
		least = min(least, p)
	}
	return min(1, 3*least)
}

func near(t testing.TB, got, want, tolerance float64, format string, args ...any) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf(format+": got %.6g, want %.6g within %.2g", append(args, got, want, tolerance)...)
	}
}
