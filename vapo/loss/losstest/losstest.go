// Package losstest is the suite that every estimator of the energy loss must pass:
//
//	func TestMyLoss(t *testing.T) { losstest.Run(t, MyLoss{}) }
package losstest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/stat"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/internal/suite"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

// Run checks that l estimates the energy loss up to a constant: one finite value for each example, the same for points and for
// images, in float32 and in float64; and over many batches, on the same draws as [loss.Alignment]'s, the same mean in excess of
// that of Φ = 0 and the same mean gradient in the weights. A loss may use the batch as a set, as [loss.Averaged] does, where it
// keeps both means.
func Run(t *testing.T, l loss.Loss) {
	t.Helper()
	suite.Run(t, checks(l))
}

// Check is Run without a test: the first failure, or nil.
func Check(l loss.Loss) error { return suite.First(checks(l)) }

func checks(l loss.Loss) []suite.Check {
	return []suite.Check{
		{Name: "shape", Test: func() error { return checkShape(l) }},
		{Name: "float32", Test: func() error { return checkFloat32(l) }},
		{Name: "gradient", Test: func() error { return checkGradient(l) }},
		{Name: "mean", Test: func() error { return checkMean(l) }},
	}
}

// theta are the weights of the suite's potential: the factors of its features.
var theta = []float64{-0.7, 0.4, 0.5}

// features is a potential that is linear in its weights θ [3] for x [batch, ...] at s,
//
//	Φ = θ₀ ½‖x‖² + θ₁ s Σ sin x_j + θ₂ Σ x_j³/6,
//
// whose features are even, odd and of every order in x.
func features(theta *loss.Node) potential.Function {
	return func(x, s *loss.Node) (phi, grad *loss.Node) {
		of := func(i int) *loss.Node { return graph.Reshape(graph.Slice(theta, graph.AxisElem(i))) }
		even := graph.Mul(of(0), graph.MulScalar(graph.Square(x), 0.5))
		wave := graph.Mul(of(1), graph.Mul(homotopy.PerExample(s, x), graph.Sin(x)))
		cubic := graph.Mul(of(2), graph.MulScalar(graph.Mul(x, graph.Square(x)), 1./6))
		sum := graph.Reshape(graph.Add(graph.Add(even, wave), cubic), x.Shape().Dim(0), -1)
		slope := graph.Add(graph.Mul(of(0), x), graph.Mul(of(1), graph.Mul(homotopy.PerExample(s, x), graph.Cos(x))))
		return graph.ReduceSum(sum, 1), graph.Add(slope, graph.Mul(of(2), graph.MulScalar(graph.Square(x), 0.5)))
	}
}

// path has a moderate σ, so that the noisiest estimators are told from wrong ones by few draws.
var path = homotopy.Posterior{Omega: 1, Sigma: 0.3}

// batch draws n examples [n, d] of two skewed clusters, noise, and s inside (0.05, 0.95).
func batch(r *rand.Rand, n, d int) (data, noise *tensors.Tensor, s []float64) {
	x, e := make([]float64, n*d), make([]float64, n*d)
	s = make([]float64, n)
	for i := range s {
		centre := -0.5
		if r.Float64() < 0.3 {
			centre = 1
		}
		for j := range d {
			x[i*d+j], e[i*d+j] = centre+0.2*r.NormFloat64(), r.NormFloat64()
		}
		s[i] = 0.05 + 0.9*r.Float64()
	}
	return tensors.FromFlatDataAndDimensions(x, n, d), tensors.FromFlatDataAndDimensions(e, n, d), s
}

// value builds the loss of one batch, [batch].
func value(l loss.Loss, theta, data, noise, s *loss.Node) *loss.Node {
	return l.Value(homotopy.Draw(path, data, noise, s), features(theta))
}

// checkShape: one finite number for each example, whatever the rank of an example.
func checkShape(l loss.Loss) error {
	const n = 5
	data, noise, s := batch(rand.New(rand.NewPCG(1, 1)), n, 6)
	out, err := graph.CallOnceN(backend.Host(), func(theta, data, noise, s *loss.Node) []*loss.Node {
		image := func(x *loss.Node) *loss.Node { return graph.Reshape(x, n, 3, 2, 1) }
		return []*loss.Node{value(l, theta, data, noise, s), value(l, theta, image(data), image(noise), s)}
	}, theta, data, noise, s)
	if err != nil {
		return suite.NotBuilt("the loss of 5 examples in float64", err)
	}
	for k, kind := range []string{"points [5, 6]", "images [5, 3, 2, 1]"} {
		if shape := out[k].Shape(); shape.Rank() != 1 || shape.Dim(0) != n || shape.DType != dtypes.Float64 {
			return fmt.Errorf("the loss of %s in float64 has shape %s, want (Float64)[5]: one value per example, of x's dtype",
				kind, shape)
		}
	}
	points, images := tensors.MustCopyFlatData[float64](out[0]), tensors.MustCopyFlatData[float64](out[1])
	for i := range points {
		if math.IsNaN(points[i]) || math.IsInf(points[i], 0) {
			return fmt.Errorf("the loss of example %d at s = %.3f is %g", i, s[i], points[i])
		}
		if math.Abs(points[i]-images[i]) > 1e-9*(1+math.Abs(points[i])) {
			return fmt.Errorf("the loss of example %d is %g as a point [6] and %g as an image [3, 2, 1]\nusual cause: a sum "+
				"over the last axis, where all but the first are the example's",
				i, points[i], images[i])
		}
	}
	return nil
}

// checkFloat32: float32 keeps three digits of the batch's loss, and the dtype.
func checkFloat32(l loss.Loss) error {
	const n = 64
	data, noise, s := batch(rand.New(rand.NewPCG(2, 1)), n, 2)
	out, err := graph.CallOnceN(backend.Host(), func(theta, data, noise, s *loss.Node) []*loss.Node {
		narrow := func(x *loss.Node) *loss.Node { return graph.ConvertDType(x, dtypes.Float32) }
		single := value(l, narrow(theta), narrow(data), narrow(noise), narrow(s))
		return []*loss.Node{value(l, theta, data, noise, s), graph.ConvertDType(single, dtypes.Float64), single}
	}, theta, data, noise, s)
	if err != nil {
		return suite.NotBuilt("the loss of float32 examples", err)
	}
	if dtype := out[2].DType(); dtype != dtypes.Float32 {
		return fmt.Errorf("the loss of float32 examples is %s\nusual cause: a constant that is not of x's dtype "+
			"(graph.MulScalar keeps it)", dtype)
	}
	wide, single := tensors.MustCopyFlatData[float64](out[0]), tensors.MustCopyFlatData[float64](out[1])
	scale := 0.0
	for _, v := range wide {
		scale = max(scale, math.Abs(v))
	}
	for i := range wide {
		if !(math.Abs(wide[i]-single[i]) <= 1e-3*scale) {
			return fmt.Errorf("the loss of example %d at s = %.3f is %g in float32 and %g in float64\nusual cause: a small "+
				"difference of large numbers", i, s[i], single[i], wide[i])
		}
	}
	return nil
}

// batches and perBatch are how many draws the means are taken over: a fraction of a second of pure Go.
const (
	batches  = 500
	perBatch = 48
)

// compare gives, for each of the outputs of of(l) and of(Alignment), the mean difference over batches, its standard error and the
// mean of Alignment's.
type quantity func(l loss.Loss, theta, data, noise, s *loss.Node) *loss.Node

func compare(l loss.Loss, outputs int, of quantity) (difference, stdErr, want []float64, err error) {
	exec, err := graph.NewExec(backend.Host(), func(theta, data, noise, s *loss.Node) []*loss.Node {
		return []*loss.Node{of(l, theta, data, noise, s), of(loss.Alignment{}, theta, data, noise, s)}
	})
	if err != nil {
		return nil, nil, nil, err
	}
	r := rand.New(rand.NewPCG(3, 1))
	all, expected := make([][]float64, outputs), make([][]float64, outputs)
	for range batches {
		data, noise, s := batch(r, perBatch, 2)
		out, err := exec.Call(theta, data, noise, s)
		if err != nil {
			return nil, nil, nil, suite.NotBuilt("the gradient of the loss", err)
		}
		got, want := tensors.MustCopyFlatData[float64](out[0]), tensors.MustCopyFlatData[float64](out[1])
		for k := range outputs {
			all[k], expected[k] = append(all[k], got[k]-want[k]), append(expected[k], want[k])
		}
	}
	for k := range outputs {
		mean, sd := stat.MeanStdDev(all[k], nil)
		difference, stdErr, want = append(difference, mean), append(stdErr, sd/math.Sqrt(batches)), append(want, stat.Mean(expected[k], nil))
	}
	return difference, stdErr, want, nil
}

// far tells a difference that chance does not explain: five standard errors, and more than rounding.
func far(difference, stdErr, want float64) bool {
	return !(math.Abs(difference) <= 5*stdErr+1e-9*(1+math.Abs(want)))
}

// checkGradient: the mean gradient in θ is Alignment's.
func checkGradient(l loss.Loss) error {
	difference, stdErr, want, err := compare(l, len(theta), func(l loss.Loss, theta, data, noise, s *loss.Node) *loss.Node {
		return graph.Gradient(graph.ReduceAllMean(value(l, theta, data, noise, s)), theta)[0]
	})
	if err != nil {
		return err
	}
	for k := range theta {
		if far(difference[k], stdErr[k], want[k]) {
			return fmt.Errorf("the gradient in the weight of %s is %.4f on average, want Alignment's %.4f (the difference is "+
				"%.0f standard errors)\n"+
				"usual causes: a stopped gradient of Φ or ∇Φ (nothing of them may be stopped), a sign, a factor ½, a weight "+
				"in s (the law of times has those), a sum over the batch",
				[]string{"½‖x‖²", "s Σ sin x", "Σ x³/6"}[k], want[k]+difference[k], want[k], math.Abs(difference[k])/stdErr[k])
		}
	}
	return nil
}

// checkMean: the mean in excess of that of Φ = 0 is Alignment's.
func checkMean(l loss.Loss) error {
	difference, stdErr, want, err := compare(l, 1, func(l loss.Loss, theta, data, noise, s *loss.Node) *loss.Node {
		still := value(l, graph.ZerosLike(theta), data, noise, s)
		return graph.ReduceAllMean(graph.Sub(value(l, theta, data, noise, s), still))
	})
	if err != nil {
		return err
	}
	if far(difference[0], stdErr[0], want[0]) {
		return fmt.Errorf("the loss of Φ less that of Φ = 0 is %.4f on average, want Alignment's %.4f (the difference is %.0f "+
			"standard errors)\n"+
			"its gradient is right: a term depends on Φ whose gradient is stopped",
			want[0]+difference[0], want[0], math.Abs(difference[0])/stdErr[0])
	}
	return nil
}
