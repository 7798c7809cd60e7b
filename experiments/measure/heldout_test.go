package measure_test

import (
	"math"
	"testing"

	"vapoflow/experiments/measure"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
)

// For Gaussian data the least E‖∇Φ − u_c‖²/d is the conditional variance of u_c given x, which the
// exact potential attains: with data of variance τ², a pair of Gaussians per dimension.
func TestHeldOutOfTheExactPotential(t *testing.T) {
	path := homotopy.Straight{Omega: 1}
	data, err := dataset.Open("gauss16", dataset.Options{Split: "test"})
	if err != nil {
		t.Fatal(err)
	}
	exact := mixture.Optimal{Mixture: mixture.Gauss16(), Homotopy: path}
	f := &flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: exact, Shape: data.Info().Shape}
	got, err := measure.HeldOut(f, data, 4096, 1)
	if err != nil {
		t.Fatal(err)
	}
	const tau, n = 0.5, 4000
	var want [4]float64
	for i := range n {
		s := (float64(i) + 0.5) / n
		const c = 1 - homotopy.StraightEnd
		mu, sd := c*s, 1-c*s
		cov := c * (mu*tau*tau - sd) // of u_c = c x̄ − c ε with x = μ x̄ + √v ε
		want[4*i/n] += (c*c*(tau*tau+1) - cov*cov/(mu*mu*tau*tau+sd*sd)) / (n / 4)
	}
	for q := range want {
		if e := got.QuartersStdErr[q]; math.Abs(got.Quarters[q]-want[q]) > 3*e || e > 0.015*want[q] {
			t.Errorf("quarter %d: %.4f ± %.4f, exactly %.4f", q, got.Quarters[q], e, want[q])
		}
	}
	if mean := (want[0] + want[1] + want[2] + want[3]) / 4; math.Abs(got.Overall-mean) > 0.02*mean {
		t.Errorf("overall %.4f, exactly %.4f", got.Overall, mean)
	}
}
