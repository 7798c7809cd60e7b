package mixture_test

import (
	"math"
	"reflect"
	"testing"
)

// TestSampleMoments: the first two moments of ρ̄(·; s) by sampling, within four standard errors;
// neighbouring indices are independent.
func TestSampleMoments(t *testing.T) {
	const n = 20_000
	for name, m := range problems(t) {
		for _, s := range []float64{0, 0.5, 1} {
			c := coefficients(t, paths(t)[1], s)
			variance := c.V + c.Mu*c.Mu*m.Std*m.Std
			var wantMean, wantSquare float64
			for k, mk := range m.Means {
				wantMean += weight(m, k) * c.Mu * mk[0]
				wantSquare += weight(m, k) * (c.Mu*c.Mu*dot(mk, mk) + float64(m.Dim())*variance)
			}
			x := m.SamplePath(c, n, 9)
			first, square, lagged := make([]float64, n), make([]float64, n), make([]float64, n)
			for i := range x {
				first[i], square[i] = x[i][0], dot(x[i], x[i])
				lagged[i] = (x[i][0] - wantMean) * (x[(i+1)%n][0] - wantMean)
			}
			within(t, first, wantMean, "%s: E x₁ at s = %g", name, s)
			within(t, square, wantSquare, "%s: E‖x‖² at s = %g", name, s)
			within(t, lagged, 0, "%s: covariance of neighbours at s = %g", name, s)
		}
	}
}

// TestSampleWeights: components are drawn as often as their weights say.
func TestSampleWeights(t *testing.T) {
	m := uneven(t, 0)
	for k, mean := range m.Means {
		var hits []float64
		for _, x := range m.Sample(20_000, 10) {
			hit := 0.0
			if reflect.DeepEqual(x, mean) {
				hit = 1
			}
			hits = append(hits, hit)
		}
		within(t, hits, m.Weights[k], "frequency of component %d", k)
	}
}

// TestSampleIndex: a point depends on (seed, index) alone, and two seeds share none.
func TestSampleIndex(t *testing.T) {
	for name, m := range problems(t) {
		long := m.Sample(50, 1)
		if !reflect.DeepEqual(long[:10], m.Sample(10, 1)) {
			t.Errorf("%s: a longer draw does not begin with the shorter one", name)
		}
		if other := m.Sample(50, 2); reflect.DeepEqual(long, other) {
			t.Errorf("%s: two seeds give the same points", name)
		}
	}
}

// within fails unless the mean of x is within four of its standard errors of want.
func within(t *testing.T, x []float64, want float64, format string, args ...any) {
	t.Helper()
	mean, square := 0.0, 0.0
	for _, v := range x {
		mean += v / float64(len(x))
		square += v * v / float64(len(x))
	}
	if e := math.Sqrt((square - mean*mean) / float64(len(x))); !(math.Abs(mean-want) <= 4*e) {
		t.Errorf(format+": got %g ± %g, want %g", append(args, mean, e, want)...)
	}
}
