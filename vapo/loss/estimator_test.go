package loss_test

import (
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// TestCovarianceValue: for Φ = 2 the paper's estimator is γ − γ̄ example by example, and the
// variance-reduced one, which sees differences of Φ only, is zero. For images as for points.
func TestCovarianceValue(t *testing.T) {
	constant := func(x, s *loss.Node) (phi, grad *loss.Node) {
		return graph.MulScalar(graph.OnesLike(s), 2), graph.ZerosLike(x)
	}
	h := paths(t)[1]
	out, err := graph.CallOnceN(backend.Host(), func(data, noise, s *loss.Node) []*loss.Node {
		images := func(x *loss.Node) *loss.Node { return graph.Reshape(x, 2, 3, 2, 1) }
		p, q := homotopy.Draw(h, data, noise, s), homotopy.Draw(h, images(data), images(noise), s)
		return []*loss.Node{
			innovation(p), loss.Covariance{}.Value(p, constant), loss.Covariance{}.Value(q, constant),
			loss.VarianceReduced{}.Value(p, constant), loss.VarianceReduced{}.Value(q, constant),
		}
	}, normals(2, 6, 1), normals(2, 6, 2), []float64{0.2, 0.9})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range out[0].Value().([]float64) {
		near(t, out[1].Value().([]float64)[i], want, "example %d, points", i)
		near(t, out[2].Value().([]float64)[i], want, "example %d, images", i)
		near(t, out[3].Value().([]float64)[i], 0, "example %d, points, variance-reduced", i)
		near(t, out[4].Value().([]float64)[i], 0, "example %d, images, variance-reduced", i)
	}
}

// TestGradientNoise: at one set of weights, the variance over examples of the gradient in one more
// weight, a factor on the network, is far larger for the covariance estimator than for the others (THEORY §5): here 47 and 118
// times.
func TestGradientNoise(t *testing.T) {
	const n = 4000
	h := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	ring := mixture.Ring8()
	factors, clock := make([]float64, n), make([]float64, n)
	r := rand.New(rand.NewPCG(3, 3))
	for i := range clock {
		factors[i], clock[i] = 1, r.Float64()
	}
	store := model.NewStore()
	store.SetParam(model.ParamInitialSeed, int64(5))
	out, err := model.CallOnceN(backend.Host(), store, func(scope *model.Scope, data, noise, s, factor *loss.Node) []*loss.Node {
		network := potential.Evaluator(scope, potential.MLP{Width: 16, Depth: 2})
		at := func(x, s *loss.Node) (phi, grad *loss.Node) {
			phi, grad = network(x, s)
			return graph.Mul(factor, phi), graph.Mul(homotopy.PerExample(factor, x), grad)
		}
		point := homotopy.Draw(h, data, noise, s)
		var variances []*loss.Node
		for _, l := range []loss.Loss{loss.Covariance{}, loss.VarianceReduced{}, loss.Alignment{}} {
			// Each example has a factor of its own, so this is one gradient per example.
			gradient := graph.Gradient(graph.ReduceAllSum(l.Value(point, at)), factor)[0]
			variances = append(variances, graph.ReduceVariance(gradient, 0))
		}
		return variances
	}, ring.Sample(n, 1), normals(n, 2, 4), clock, factors)
	if err != nil {
		t.Fatal(err)
	}
	covariance, reduced, alignment := out[0].Value().(float64), out[1].Value().(float64), out[2].Value().(float64)
	t.Logf("variance of the gradient: covariance %.3g, variance-reduced %.3g, alignment %.3g", covariance, reduced, alignment)
	if !(covariance > 20*reduced && covariance > 20*alignment) {
		t.Errorf("want covariance ≫ the others; got covariance %g, variance-reduced %g, alignment %g",
			covariance, reduced, alignment)
	}
}

func normals(n, d int, seed uint64) [][]float64 {
	r := rand.New(rand.NewPCG(seed, 0))
	x := make([][]float64, n)
	for i := range x {
		x[i] = make([]float64, d)
		for j := range x[i] {
			x[i][j] = r.NormFloat64()
		}
	}
	return x
}
