package mixture_test

import (
	"math"
	"reflect"
	"strings"
	"testing"

	"gonum.org/v1/gonum/mat"

	"vapoflow/vapo/mixture"
)

// logMixture is the log-density of a mixture's data, one component at a time.
func logMixture(m mixture.Mixture, x []float64) float64 {
	sum := 0.0
	for k, mean := range m.Means {
		squares := 0.0
		for j := range x {
			squares += (x[j] - mean[j]) * (x[j] - mean[j])
		}
		sum += weight(m, k) * math.Exp(-squares/(2*m.Std*m.Std)) / math.Pow(2*math.Pi*m.Std*m.Std, float64(len(x))/2)
	}
	return math.Log(sum)
}

// plane visits the centres of a fine grid of the plane, whose sums are integrals to twelve digits for smooth densities.
func plane(visit func(x []float64, area float64)) {
	const step = 0.02
	for x := -4.0; x < 4; x += step {
		for y := -4.0; y < 4; y += step {
			visit([]float64{x, y}, step*step)
		}
	}
}

// TestPosteriorByQuadrature: evidence, density, mean and covariance of a posterior in the plane against sums over a grid of prior
// times likelihood; and of a product of two mixtures against the same of their product.
func TestPosteriorByQuadrature(t *testing.T) {
	m := uneven(t, 0.3)
	a, y, noise := mat.NewDense(1, 2, []float64{0.8, -0.5}), []float64{0.35}, 0.4
	exact, err := m.Posterior(a, y, noise)
	if err != nil {
		t.Fatal(err)
	}
	joint := func(x []float64) float64 {
		residual := y[0] - 0.8*x[0] + 0.5*x[1]
		return logMixture(m, x) - residual*residual/(2*noise*noise) - math.Log(2*math.Pi*noise*noise)/2
	}
	mean, covariance := exact.Moments()
	quadrature(t, "posterior", joint, exact.LogEvidence, exact.LogDensity, mean, covariance)

	b, err := mixture.New([]float64{0.6, 0.4}, [][]float64{{0.5, 0.5}, {-0.5, 0}}, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	product, total, err := mixture.Product(m, b)
	if err != nil {
		t.Fatal(err)
	}
	mean, covariance = moments(product)
	quadrature(t, "product", func(x []float64) float64 { return logMixture(m, x) + logMixture(b, x) }, total,
		func(x []float64) float64 { return logMixture(product, x) }, mean, covariance)
}

// moments of a mixture: those of its posterior under a measurement that says nothing.
func moments(m mixture.Mixture) ([]float64, *mat.SymDense) {
	c, err := m.Posterior(mat.NewDense(1, m.Dim(), nil), []float64{0}, 1)
	if err != nil {
		panic(err)
	}
	return c.Moments()
}

func quadrature(t *testing.T, name string, logJoint func([]float64) float64, logTotal float64, logDensity func([]float64) float64, mean []float64, covariance *mat.SymDense) {
	t.Helper()
	total, sums, squares := 0.0, make([]float64, 2), make([]float64, 3)
	plane(func(x []float64, area float64) {
		p := math.Exp(logJoint(x)) * area
		total += p
		for j := range x {
			sums[j] += p * x[j]
		}
		squares[0] += p * x[0] * x[0]
		squares[1] += p * x[0] * x[1]
		squares[2] += p * x[1] * x[1]
	})
	near(t, logTotal, math.Log(total), 1e-9, "%s: log-evidence", name)
	for j := range mean {
		near(t, mean[j], sums[j]/total, 1e-9, "%s: mean %d", name, j)
	}
	for i, at := range [][2]int{{0, 0}, {0, 1}, {1, 1}} {
		near(t, covariance.At(at[0], at[1]), squares[i]/total-mean[at[0]]*mean[at[1]], 1e-9, "%s: covariance %v", name, at)
	}
	for _, x := range [][]float64{{0.1, 0.2}, {1, 0.5}, {-0.6, -0.6}} {
		near(t, logDensity(x), logJoint(x)-logTotal, 1e-9, "%s: log-density at %v", name, x)
	}
}

// TestPosteriorSample: a draw has the mixture's mean, covariance and weights within four standard errors, in 16 dimensions of
// which five sums are measured; a point is a function of (seed, index).
func TestPosteriorSample(t *testing.T) {
	m := mixture.Gauss16()
	m.Means = append(m.Means, make([]float64, 16))
	a := mat.NewDense(5, 16, nil)
	for i := range 5 {
		for j := range 16 {
			a.Set(i, j, math.Cos(float64(3*i*j+i+j)))
		}
	}
	exact, err := m.Posterior(a, []float64{0.1, -0.2, 0.4, 0, 0.3}, 0.7)
	if err != nil {
		t.Fatal(err)
	}
	x := exact.Sample(20_000, 3)
	mean, covariance := exact.Moments()
	for _, at := range [][2]int{{0, 0}, {0, 7}, {3, 3}, {5, 12}} {
		product := make([]float64, len(x))
		for i := range x {
			product[i] = (x[i][at[0]] - mean[at[0]]) * (x[i][at[1]] - mean[at[1]])
		}
		within(t, product, covariance.At(at[0], at[1]), "covariance %v", at)
		first := make([]float64, len(x))
		for i := range x {
			first[i] = x[i][at[0]]
		}
		within(t, first, mean[at[0]], "mean %d", at[0])
	}
	if !reflect.DeepEqual(x[:5], exact.Sample(5, 3)) {
		t.Error("a longer draw does not begin with the shorter one")
	}
}

// TestPosteriorOfPoints: of a set of points the posterior is weights on the points.
func TestPosteriorOfPoints(t *testing.T) {
	m := uneven(t, 0)
	exact, err := m.Posterior(mat.NewDense(1, 2, []float64{1, 0}), []float64{1.2}, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(exact.Means, m.Means) || !(exact.Weights[0] > 0.999999) {
		t.Errorf("weights %v at %v, want all of the weight on the point that was measured", exact.Weights, exact.Means)
	}
	if x := exact.Sample(1, 1)[0]; !reflect.DeepEqual(x, m.Means[0]) {
		t.Errorf("a sample %v is none of the points", x)
	}
}

func TestPosteriorErrorsNameTheValue(t *testing.T) {
	m := mixture.Gauss2()
	one := mat.NewDense(1, 2, []float64{1, 0})
	_, shape := m.Posterior(one, []float64{1, 2}, 1)
	_, noise := m.Posterior(one, []float64{1}, 0)
	_, nan := m.Posterior(mat.NewDense(1, 2, []float64{math.NaN(), 0}), []float64{1}, 1)
	_, _, points := mixture.Product(m, mixture.Mixture{Means: [][]float64{{0, 0}}})
	_, _, dims := mixture.Product(m, mixture.Gauss16())
	for want, err := range map[string]error{"must be 2×2": shape, "got 0": noise, "NaN": nan, "0.5 and 0": points, "2 and 16": dims} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
