package mixture_test

import (
	"math"
	"strings"
	"testing"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/mixture"
)

// TestProblems: the canonical problems as THEORY §9 states them.
func TestProblems(t *testing.T) {
	ring := mixture.Ring8()
	for k, mean := range ring.Means {
		near(t, mean[0], 2*math.Cos(float64(k)*math.Pi/4), 1e-15, "ring8: mean %d", k)
		near(t, mean[1], 2*math.Sin(float64(k)*math.Pi/4), 1e-15, "ring8: mean %d", k)
	}
	for i, x := range mixture.Gauss16().Means[0] {
		near(t, x, 0.5*math.Pow(-1, float64(i)), 1e-15, "gauss16: mean %d", i)
	}
	if n := len(ring.Means); n != 8 || ring.Std != 0.1 {
		t.Errorf("ring8: %d components of standard deviation %g", n, ring.Std)
	}
	if m := mixture.Gauss2(); m.Means[0][0] != 1 || m.Means[0][1] != -1 || m.Std != 0.5 {
		t.Errorf("gauss2: %v", m)
	}
	if m := mixture.Gauss16(); m.Dim() != 16 || m.Std != 0.5 {
		t.Errorf("gauss16: %v", m)
	}
	m := mixture.Modes16()
	for k := 0; k < 4; k += 2 {
		for i := range 16 {
			if agree := m.Means[k][i] == m.Means[k+1][i]; agree != (i < 8) {
				t.Errorf("modes16: modes %d and %d at coordinate %d: agree %v; they must in the first half alone",
					k, k+1, i, agree)
			}
		}
	}
}

func TestErrorsNameTheValue(t *testing.T) {
	two := [][]float64{{0, 0}, {1, 1}}
	_, empty := mixture.Points(nil)
	_, ragged := mixture.Points([][]float64{{0, 0}, {1, 1, 1}})
	_, nan := mixture.Points([][]float64{{0, 0}, {1, math.NaN()}})
	_, std := mixture.New(nil, two, -0.5)
	_, weight := mixture.New([]float64{1.25, -0.25}, two, 0)
	_, sum := mixture.New([]float64{0.5, 0.25}, two, 0)
	_, count := mixture.New([]float64{1}, two, 0)
	o := mixture.Optimal{Mixture: mixture.Gauss2(), Homotopy: paths(t)[1]}
	_, s := o.Evaluate(backend.Host(), [][]float64{{0, 0}}, 1.5)
	_, dims := o.Evaluate(backend.Host(), [][]float64{{0, 0, 0}}, 0.5)
	_, none := o.Evaluate(backend.Host(), nil, 0.5)
	for want, err := range map[string]error{
		"at least one component": empty, "3 dimensions": ragged, "NaN": nan, "-0.5": std, "-0.25": weight,
		"0.75": sum, "1 weights for 2": count, "s = 1.5": s, "point 0 has 3": dims, "0 points": none,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
