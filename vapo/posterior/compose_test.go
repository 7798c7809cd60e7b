package posterior_test

import (
	"math"
	"testing"

	"vapoflow/vapo/flow"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/posterior"
)

// TestProduct: chains draw from the product of two mixtures, known in closed form; the sum of the two fields does not.
func TestProduct(t *testing.T) {
	path := paper(t)
	a := mixture.Ring8()
	b, err := mixture.New([]float64{0.7, 0.3}, [][]float64{{1.2, 1}, {-0.5, -1.5}}, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	truth, _, err := mixture.Product(smoothed(t, a, path, 1), smoothed(t, b, path, 1))
	if err != nil {
		t.Fatal(err)
	}
	exact := truth.Sample(4000, 5)
	p := &posterior.Posterior{Prior: posterior.Product(oracle(a, path), oracle(b, path))}
	r := sample(t, p, posterior.Chains{Levels: posterior.Levels(10, 1), Steps: 3, Burn: 80, Keep: 1, Exchange: true}, 256)
	if agrees := agreement(r.X.Value().([][]float64), exact); !(agrees > 0.01) {
		t.Errorf("p = %.2g that the chains are draws of the product", agrees)
	}
	if agrees := agreement(guide(t, p, posterior.Guided{}, 256), exact); agrees > 1e-4 {
		t.Errorf("the sum of fields: p = %.2g; the test has no power", agrees)
	}
}

// TestMixtureAndNegation: a mixture weighs two Gaussians as told, though their potentials' constants are unknown; a Gaussian
// divided by a part of a wider one has the difference of precisions.
func TestMixtureAndNegation(t *testing.T) {
	const n = 512
	path := paper(t)
	left, right := mixture.Mixture{Means: [][]float64{{-1, 0}}, Std: 0.3}, mixture.Mixture{Means: [][]float64{{1, 0}}, Std: 0.3}
	mixed, err := posterior.Mixture([]*flow.Flow{oracle(left, path), oracle(right, path)}, []float64{0.8, 0.2})
	if err != nil {
		t.Fatal(err)
	}
	how := posterior.Chains{Levels: posterior.Levels(8, 1), Steps: 3, Burn: 60, Keep: 1, Exchange: true}
	hits := 0.0
	for _, x := range column(sample(t, &posterior.Posterior{Prior: mixed}, how, n).X.Value().([][]float64), 0) {
		if x < 0 {
			hits++
		}
	}
	near(t, hits/n, 0.8, 4*math.Sqrt(0.16/n), "weight of the left Gaussian")

	wide := mixture.Mixture{Means: [][]float64{{0, 0}}, Std: 1}
	r := sample(t, &posterior.Posterior{Prior: posterior.Negation(oracle(right, path), oracle(wide, path), 0.5)}, how, n)
	narrow := smoothed(t, right, path, 1).Std
	precision := 1/(narrow*narrow) - 0.5/(1+r.Smoothing*r.Smoothing)
	mean, squares := 0.0, 0.0
	for _, x := range column(r.X.Value().([][]float64), 0) {
		mean += x / n
		squares += x * x / n
	}
	sd := 1 / math.Sqrt(precision)
	near(t, mean, 1/(narrow*narrow)/precision, 4*sd/math.Sqrt(n), "mean of the quotient")
	near(t, math.Sqrt(squares-mean*mean), sd, 4*sd/math.Sqrt(2*n), "deviation of the quotient")
}
