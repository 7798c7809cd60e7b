package posterior_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distuv"

	"vapoflow/vapo/mixture"
	"vapoflow/vapo/posterior"
)

// TestMetropolisCorrectsGuidance: on the ring with the exact potential, one noisy number measured, four modes of unequal weights.
// Chains with exchange agree with the exact posterior by a two-sample test, also where a guidance of four times the strength has
// led them; guidance alone does not, with the right strength or a wrong one.
func TestMetropolisCorrectsGuidance(t *testing.T) {
	const n = 256
	path, a, y, noise := paper(t), mat.NewDense(1, 2, []float64{1, 0.3}), []float64{1.2}, 0.3
	p := &posterior.Posterior{Prior: posterior.Of(oracle(mixture.Ring8(), path)), Likelihood: matrix(t, a, [][]float64{y}, noise)}
	truth, err := smoothed(t, mixture.Ring8(), path, 1).Posterior(a, y, noise)
	if err != nil {
		t.Fatal(err)
	}
	exact := truth.Sample(4000, 5)
	wrong := &posterior.Guided{Strength: 4}
	for name, guide := range map[string]*posterior.Guided{"unguided": nil, "wrongly guided": wrong} {
		r := sample(t, p, posterior.Chains{Levels: posterior.Levels(10, 1), Steps: 3, Burn: 80, Keep: 1, Exchange: true, Guide: guide}, n)
		if agrees := agreement(r.X.Value().([][]float64), exact); !(agrees > 0.01) {
			t.Errorf("%s chains: p = %.2g that they are draws of the exact posterior", name, agrees)
		}
		if !(math.Abs(r.Acceptance-0.574) < 0.1) {
			t.Errorf("%s chains: acceptance %.3f, adapted to 0.574", name, r.Acceptance)
		}
	}
	for _, strength := range []float64{1, 4} {
		if agrees := agreement(guide(t, p, posterior.Guided{Strength: strength}, n), exact); agrees > 1e-4 {
			t.Errorf("guidance of strength %g alone: p = %.2g; the test has no power", strength, agrees)
		}
	}
}

// TestCalibration is simulation-based calibration (Talts et al. 2018, arXiv:1804.06788): where x* is drawn from the prior and y
// from x*, the rank of x* among the posterior's draws is uniform, for MALA and for HMC, in four dimensions of which two sums are
// measured.
func TestCalibration(t *testing.T) {
	const n, draws = 256, 15
	path := paper(t)
	data, err := mixture.New([]float64{0.5, 0.3, 0.2}, [][]float64{{1, 0, 0.5, -1}, {-1, 0.5, 0, 0.5}, {0, -1, -0.5, 0}}, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	prior := smoothed(t, data, path, 1).Sample(n, 3)
	a, noise := mat.NewDense(2, 4, []float64{1, 0.5, 0, 0, 0, 0, 1, -0.5}), 0.5
	random := rand.New(rand.NewPCG(1, 2))
	y := make([][]float64, n)
	for i, x := range prior {
		var ax mat.VecDense
		ax.MulVec(a, mat.NewVecDense(4, x))
		y[i] = []float64{ax.AtVec(0) + noise*random.NormFloat64(), ax.AtVec(1) + noise*random.NormFloat64()}
	}
	p := &posterior.Posterior{Prior: posterior.Of(oracle(data, path)), Likelihood: matrix(t, a, y, noise)}
	for name, how := range map[string]posterior.Chains{
		"MALA": {Steps: 3, Burn: 60, Keep: draws, Thin: 10},
		"HMC":  {Steps: 3, Burn: 30, Keep: draws, Thin: 2, Leapfrog: 5},
	} {
		how.Levels, how.Exchange = posterior.Levels(8, 1), true
		r := sample(t, p, how, n)
		if r.Diagnostics != nil {
			t.Errorf("%s: chains of different posteriors were compared with each other", name)
		}
		for j := range 4 {
			counts := make([]float64, draws+1)
			for i, x := range prior {
				rank := 0
				for _, draw := range r.Draws[i] {
					if draw[j] < x[j] {
						rank++
					}
				}
				counts[rank]++
			}
			chi2, expected := 0.0, float64(n)/float64(draws+1)
			for _, c := range counts {
				chi2 += (c - expected) * (c - expected) / expected
			}
			if p := (distuv.ChiSquared{K: draws}).Survival(chi2); !(p > 0.002) {
				t.Errorf("%s: ranks of coordinate %d are %v, p = %.2g that they are uniform", name, j, counts, p)
			}
		}
	}
}

// TestGuidanceOfGaussian: the guided flow is exact for data N(0, ω² I), up to the start at s = 0.05 and the solver; without a
// measurement it gives the prior.
func TestGuidanceOfGaussian(t *testing.T) {
	data := mixture.Mixture{Means: [][]float64{{0, 0}}, Std: 1}
	a, y, noise := mat.NewDense(1, 2, []float64{1, 0}), []float64{1}, 0.5
	exact, err := data.Posterior(a, y, noise)
	if err != nil {
		t.Fatal(err)
	}
	prior, err := data.Posterior(mat.NewDense(1, 2, nil), y, noise) // measures nothing
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		likelihood posterior.Likelihood
		exact      mixture.Conditional
		lost       float64 // of the mean, before guidance begins
	}{{matrix(t, a, [][]float64{y}, noise), exact, 0.05}, {nil, prior, 0}} {
		x := guide(t, &posterior.Posterior{Prior: posterior.Of(oracle(data, paper(t))), Likelihood: c.likelihood}, posterior.Guided{}, 5000)
		mean, covariance := c.exact.Moments()
		for j := range 2 {
			sum, squares := 0.0, 0.0
			for _, v := range column(x, j) {
				sum += v / float64(len(x))
				squares += v * v / float64(len(x))
			}
			sd := math.Sqrt(covariance.At(j, j))
			near(t, sum, mean[j], 4*sd/math.Sqrt(5000)+c.lost*math.Abs(mean[j]), "mean of x[%d]", j)
			near(t, math.Sqrt(squares-sum*sum), sd, 3*sd/math.Sqrt(10000), "deviation of x[%d]", j)
		}
	}
}
