package vapo

import (
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/tensors"
)

// Slerp interpolates between the rows of a and b, both [n, ...] in float32 or float64, at t in [0, 1]: example i of the result
// lies between a[i] and b[i] on the sphere, so that a path between two draws of the prior N(0, ω² I) stays where its mass is,
// near the norm ω√d, which a straight line leaves. With Ω the angle of a and b (Shoemake 1985, doi:10.1145/325334.325242),
//
//	x(t) = ‖x(t)‖ { sin((1−t)Ω) a/‖a‖ + sin(tΩ) b/‖b‖ } / sin Ω,   ‖x(t)‖ = (1−t)‖a‖ + t‖b‖,
//
// which turns at constant speed in t, and gives a at t = 0 and b at t = 1 exactly. It is an error where an example is zero or not
// finite, which has no direction, or where a[i] and b[i] are opposite, between which no arc is the shortest.
func Slerp(a, b *tensors.Tensor, t float64) (*tensors.Tensor, error) {
	if !(t >= 0 && t <= 1) {
		return nil, fmt.Errorf("vapo: t = %g is outside [0, 1]", t)
	}
	shape := a.Shape()
	if !shape.Equal(b.Shape()) || shape.Rank() < 2 || shape.Size() == 0 {
		return nil, fmt.Errorf("vapo: slerp needs two tensors of one shape [n, ...], got %s and %s", shape, b.Shape())
	}
	switch shape.DType {
	case dtypes.Float32:
		return slerpAs[float32](a, b, shape, t)
	case dtypes.Float64:
		return slerpAs[float64](a, b, shape, t)
	}
	return nil, fmt.Errorf("vapo: slerp of %s; want float32 or float64", shape)
}

func slerpAs[T float32 | float64](a, b *tensors.Tensor, shape shapes.Shape, t float64) (*tensors.Tensor, error) {
	from, to := tensors.MustCopyFlatData[T](a), tensors.MustCopyFlatData[T](b)
	d := shape.Size() / shape.Dim(0)
	for i := range shape.Dim(0) {
		x, y := from[i*d:][:d], to[i*d:][:d]
		wx, wy, err := slerpWeights(x, y, t)
		if err != nil {
			return nil, fmt.Errorf("vapo: slerp of example %d: %w", i, err)
		}
		for j := range x {
			x[j] = T(wx*float64(x[j]) + wy*float64(y[j]))
		}
	}
	return tensors.FromFlatDataAndDimensions(from, shape.Dimensions...), nil
}

// slerpWeights are the factors of a and b in x(t).
func slerpWeights[T float32 | float64](a, b []T, t float64) (wa, wb float64, err error) {
	na, nb := norm(a), norm(b)
	for _, n := range []float64{na, nb} {
		if !(n > 0) || math.IsInf(n, 0) {
			return 0, 0, fmt.Errorf("its norm is %g, which leaves it without a direction", n)
		}
	}
	// 2 atan(‖â − b̂‖/‖â + b̂‖) is exact to rounding at any angle, where acos(â·b̂) loses half the digits at both ends.
	var apart, along float64
	for j := range a {
		x, y := float64(a[j])/na, float64(b[j])/nb
		apart += (x - y) * (x - y)
		along += (x + y) * (x + y)
	}
	angle := 2 * math.Atan2(math.Sqrt(apart), math.Sqrt(along))
	size := (1-t)*na + t*nb
	switch {
	case math.Pi-angle < 1e-6:
		return 0, 0, fmt.Errorf("the two are opposite, so that no arc between them is the shortest; draw another")
	case angle < 1e-8: // sin x = x to rounding
		return size * (1 - t) / na, size * t / nb, nil
	}
	return size * math.Sin((1-t)*angle) / math.Sin(angle) / na, size * math.Sin(t*angle) / math.Sin(angle) / nb, nil
}

func norm[T float32 | float64](x []T) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum)
}
