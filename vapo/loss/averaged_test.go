package loss_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/ml/model"
	"gonum.org/v1/gonum/stat"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/potential"
)

// The averaged target is the exact field of the batch as a set of points, on every path and down to its end.
func TestAveragedIsTheBatchsExactField(t *testing.T) {
	const n = 64
	data := mixture.Ring8().Sample(n, 1)
	points, err := mixture.Points(data)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range paths(t) {
		clock := make([]float64, n)
		for i := range clock {
			clock[i] = float64(i) / (n - 1)
		}
		out, err := model.CallOnceN(backend.Host(), model.NewStore(), func(scope *model.Scope, data, noise, s *loss.Node) []*loss.Node {
			p := homotopy.Draw(h, data, noise, s)
			at := potential.Evaluator(scope, mixture.Optimal{Mixture: points, Homotopy: h})
			return []*loss.Node{loss.Averaged{}.Value(p, at)}
		}, data, normals(n, 2, 2), clock)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range out[0].Value().([]float64) {
			if !(v < 1e-12) {
				t.Errorf("%v at s = %.3f: ½‖∇Φ* − ū‖² = %g, want 0", h, clock[i], v)
			}
		}
	}
}

// Over many batches of eight the averaged target has the mean of the conditional velocity given x: its error against the exact
// field is orthogonal to functions of x within three standard errors, and has less than half of the variance.
func TestAveragedHasTheSameMeanAndLessNoise(t *testing.T) {
	const batches, n = 4000, 8
	h := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	ring := mixture.Ring8()
	exec := model.MustNewExec(backend.Host(), model.NewStore(), func(scope *model.Scope, data, noise, s *loss.Node) []*loss.Node {
		p := homotopy.Draw(h, data, noise, s)
		exact := mixture.Optimal{Mixture: ring, Homotopy: h}.Field(scope, p.X, p.Coefficients)
		// ½‖g − ū‖² is quadratic in g: differences of three losses give ū itself along each test function.
		along := func(l loss.Loss, test *loss.Node) *loss.Node {
			at := func(sign float64) *loss.Node {
				return l.Value(p, func(x, s *loss.Node) (phi, grad *loss.Node) { return s, graph.Add(exact, graph.MulScalar(test, sign)) })
			}
			return graph.MulScalar(graph.Sub(at(-1), at(1)), 0.5) // (ū − u*)·test
		}
		radial, sine := p.X, graph.Sin(graph.MulScalar(p.X, 3))
		return []*loss.Node{along(loss.Averaged{}, radial), along(loss.Averaged{}, sine), along(loss.Alignment{}, radial), along(loss.Alignment{}, sine)}
	})
	r := rand.New(rand.NewPCG(7, 7))
	var means [4][]float64 // of each batch: its examples are not independent
	var squares [4]float64
	for k := range batches {
		clock := make([]float64, n)
		for i := range clock {
			clock[i] = r.Float64()
		}
		out := exec.MustCall(ring.Sample(n, uint64(k)), normals(n, 2, uint64(k)+1e6), clock)
		for j := range means {
			values := out[j].Value().([]float64)
			means[j] = append(means[j], stat.Mean(values, nil))
			for _, v := range values {
				squares[j] += v * v
			}
		}
	}
	for j := range means {
		mean, sd := stat.MeanStdDev(means[j], nil)
		if stdErr := sd / math.Sqrt(batches); math.Abs(mean) > 3*stdErr {
			t.Errorf("estimate %d: E[(ū − u*)·g(x)] = %.4f ± %.4f, want 0", j, mean, stdErr)
		}
	}
	t.Logf("variance along x and sin 3x: averaged %.3g and %.3g of alignment's", squares[0]/squares[2], squares[1]/squares[3])
	for j := range 2 {
		if !(squares[j] < squares[j+2]/2) {
			t.Errorf("test function %d: the variance of the averaged target is %.2g of alignment's, want less than half",
				j, squares[j]/squares[j+2])
		}
	}
}
