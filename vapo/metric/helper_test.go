package metric

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"
)

// must(f())(t) is the value of f, which may not fail.
func must[T any](value T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func moments(t *testing.T, batches ...*tensors.Tensor) *Moments {
	t.Helper()
	m := NewMoments(batches[0].Shape().Dim(1))
	for _, b := range batches {
		if err := m.Add(b); err != nil {
			t.Fatal(err)
		}
	}
	return m
}

// normal is n points of a standard Gaussian in d dimensions, moved by shift in every coordinate.
func normal(rng *rand.Rand, n, d int, shift float64) *tensors.Tensor {
	flat := make([]float64, n*d)
	for i := range flat {
		flat[i] = shift + rng.NormFloat64()
	}
	return tensors.FromFlatDataAndDimensions(flat, n, d)
}

func refused(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v; want one with %q", err, want)
	}
}

// momentsOf are the moments of n samples that have this mean and covariance.
func momentsOf(n int, mean []float64, covariance mat.Symmetric) *Moments {
	m := NewMoments(len(mean))
	m.n = n
	copy(m.mean, mean)
	for i := range mean {
		for j := i; j < len(mean); j++ {
			m.scatter.Data[i*m.scatter.Stride+j] = covariance.At(i, j) * float64(n-1)
		}
	}
	return m
}
