package potential_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

func backendHost() compute.Backend { return backend.Host() }

// alignment is E‖∇Φ − u_c‖²/d of an untrained potential over n examples, s stratified.
func alignment(t *testing.T, b compute.Backend, p potential.Potential, h homotopy.Homotopy, shape []int, n int, read func(int, []float32) error) float64 {
	t.Helper()
	const batch = 64
	size := 1
	for _, d := range shape {
		size *= d
	}
	exec := model.MustNewExec(b, model.NewStore(), func(scope *model.Scope, data, noise, s *graph.Node) *graph.Node {
		return graph.ReduceAllMean(loss.Alignment{}.Value(homotopy.Draw(h, data, noise, s), potential.Evaluator(scope, p)))
	})
	rng := rand.New(rand.NewPCG(11, 12))
	sum := 0.0
	for at := 0; at < n; at += batch {
		data, noise, s := make([]float32, batch*size), make([]float32, batch*size), make([]float32, batch)
		for i := range batch {
			if err := read(at+i, data[i*size:][:size]); err != nil {
				t.Fatal(err)
			}
			s[i] = (float32(i) + rng.Float32()) / batch
		}
		for i := range noise {
			noise[i] = float32(rng.NormFloat64())
		}
		dims := append([]int{batch}, shape...)
		out := exec.MustCall(tensors.FromFlatDataAndDimensions(data, dims...), tensors.FromFlatDataAndDimensions(noise, dims...), s)
		sum += float64(tensors.ToScalar[float32](out[0]))
	}
	return 2 * sum / float64(n/batch) / float64(size)
}

// On Gaussian data the base alone is optimal: its alignment is the conditional variance of u_c
// given x, here compared with the exact per-coordinate value.
func TestGaussianBaseIsExactOnGaussianData(t *testing.T) {
	h := homotopy.Straight{Omega: 1}
	// x̄ = m + R diag(sd) z, R a rotation by 30°.
	mean, sd := []float64{1, -0.5}, []float64{0.2, 1.5}
	cos, sin := math.Cos(math.Pi/6), math.Sin(math.Pi/6)
	read := func(i int, dst []float32) error {
		rng := rand.New(rand.NewPCG(3, uint64(i)))
		a, b := sd[0]*rng.NormFloat64(), sd[1]*rng.NormFloat64()
		dst[0], dst[1] = float32(mean[0]+cos*a-sin*b), float32(mean[1]+sin*a+cos*b)
		return nil
	}
	gaussian, err := potential.FitGaussian([]int{2}, 20_000, read)
	if err != nil {
		t.Fatal(err)
	}
	got := alignment(t, backend.Host(), potential.GaussianBase{Homotopy: h, Gaussian: gaussian}, h, []int{2}, 40*64*8, read)

	// Var(u_c | x) per axis with data variance λ: u_c = μ̇x̄ + σ̇ε and x = μx̄ + σε are jointly Gaussian.
	want, steps := 0.0, 2000
	s := make([]float64, steps)
	for i := range s {
		s[i] = (float64(i) + 0.5) / float64(steps)
	}
	values, err := homotopy.Evaluate(backend.Host(), h, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range values {
		sdDot := v.VDot / (2 * v.Sd())
		for _, axis := range sd {
			l := axis * axis
			covariance := v.MuDot*v.Mu*l + sdDot*v.Sd()
			want += (v.MuDot*v.MuDot*l + sdDot*sdDot - covariance*covariance/(v.Mu*v.Mu*l+v.V)) / float64(2*steps)
		}
	}
	if math.Abs(got-want) > 0.02*want { // 20,480 draws: a standard error of about 0.7 %
		t.Errorf("E‖∇Φ−u_c‖²/d = %.4f, the optimum is %.4f", got, want)
	}
}

// The DCT base before any training: 0.235 ± 0.005 on held-out CIFAR-10 along the straight path.
func TestDCTBaseOnCIFAR10(t *testing.T) {
	root := os.Getenv("VAPO_DATA")
	if root == "" {
		t.Skip("VAPO_DATA is not set: CIFAR-10 is needed for the DCT base's number")
	}
	train, err := dataset.Open("cifar10", dataset.Options{Root: root})
	if err != nil {
		t.Fatal(err)
	}
	test, err := dataset.Open("cifar10", dataset.Options{Root: root, Split: "test"})
	if err != nil {
		t.Fatal(err)
	}
	h := homotopy.Straight{Omega: 1}
	shape := train.Info().Shape
	gaussian, err := potential.FitGaussian(shape, 5000, train.Read)
	if err != nil {
		t.Fatal(err)
	}
	all := backendtest.All(t)
	got := alignment(t, all[len(all)-1], potential.GaussianBase{Homotopy: h, Gaussian: gaussian}, h, shape, 64*40, test.Read)
	t.Logf("E‖∇Φ−u_c‖²/d = %.4f on %s", got, test.Info().Title)
	if math.Abs(got-0.235) > 0.005 {
		t.Errorf("E‖∇Φ−u_c‖²/d = %.4f on held-out CIFAR-10, want 0.235 ± 0.005", got)
	}
}

// Of more examples than it reads, it reads some of all parts: the first are of one class where a set is in their order.
func TestFitGaussianReadsThroughout(t *testing.T) {
	const n = 50_000
	g, err := potential.FitGaussian([]int{1}, n, func(i int, x []float32) error { x[0] = float32(i); return nil })
	if err != nil || math.Abs(float64(g.Mean[0])/n-0.5) > 1e-3 || math.Abs(float64(g.Variance[0])*12/n/n-1) > 1e-3 {
		t.Errorf("%v: mean %v and variance %v of 0 to %d", err, g.Mean, g.Variance, n)
	}
}

func TestFitGaussianRefusesOneExample(t *testing.T) {
	if _, err := potential.FitGaussian([]int{2}, 1, nil); err == nil {
		t.Error("a Gaussian was fitted to one example")
	}
}

func ExampleGaussianBase() {
	path := homotopy.Straight{Omega: 1}
	gaussian, _ := potential.FitGaussian([]int{1}, 2, func(i int, dst []float32) error {
		dst[0] = float32(2 + 2*i) // two examples, 2 and 4: N(3, 1)
		return nil
	})
	p := potential.GaussianBase{Homotopy: path, Gaussian: gaussian}
	grad, err := model.CallOnce(backend.Host(), model.NewStore(), func(scope *model.Scope, x, s *graph.Node) *graph.Node {
		_, grad := potential.Evaluator(scope, p)(x, s)
		return grad
	}, [][]float64{{0}}, []float64{0})
	// At s = 0 the field is v̇/2v x + μ̇ m: from the origin, towards the mean at speed 0.999·3.
	fmt.Printf("%.3f %v\n", grad.Value().([][]float64)[0][0], err)
	// Output: 2.997 <nil>
}
