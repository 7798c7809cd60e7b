package metric_test

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"vapoflow/vapo/metric"
)

// One of the three test images scores below one of the four foreign ones and ties with another.
func ExampleAUROC() {
	test := []float64{0.1, 0.2, 0.4}
	foreign := []float64{0.3, 0.4, 0.8, 0.9}
	area, err := metric.AUROC(test, foreign)
	fmt.Printf("%.3f %v\n", area, err)
	// Output: 0.875 <nil>
}

// images are four 1×2 grey images with pixels in [-1, 1].
func images() *tensors.Tensor {
	return tensors.FromValue([][][][]float32{{{{-1}, {0}}}, {{{0}, {1}}}, {{{1}, {0}}}, {{{0}, {-1}}}})
}

// Features of two sets come in batches of any size.
func ExampleFID() {
	data, samples := metric.NewMoments(2), metric.NewMoments(2)
	err := errors.Join(
		data.Add(tensors.FromValue([][]float32{{-1, 0}, {0, 1}, {1, 0}, {0, -1}})),
		samples.Add(tensors.FromValue([][]float32{{0, 1}, {0, -1}})), samples.Add(tensors.FromValue([][]float32{{-1, 0}, {1, 0}})))
	fid, measured := metric.FID(data, samples)
	fmt.Printf("%.3f %v\n", fid, errors.Join(err, measured))
	// Output: 0.000 <nil>
}

func ExampleMoments() {
	m := metric.NewMoments(2)
	err := errors.Join(m.Add(tensors.FromValue([][]float32{{0, 0}, {1, 2}})), m.Add(tensors.FromValue([][]float32{{2, 4}})))
	fmt.Println(m.N(), m.Mean(), err)
	fmt.Println(mat.Formatted(m.Covariance()))
	// Output:
	// 3 [1 2] <nil>
	// ⎡1  2⎤
	// ⎣2  4⎦
}

// The feature map of k(x, y) = (xy + 1)³ in one dimension is (1, √3 x, √3 x², x³).
func ExampleKID() {
	a := tensors.FromValue([][]float64{{0}, {1}, {2}})
	b := tensors.FromValue([][]float64{{4}, {5}, {6}})
	mean, std, err := metric.KID(context.Background(), a, b, metric.KIDOptions{Subsets: 10, Size: 2, Seed: 1})
	fmt.Println(mean > 0, std > 0, err)
	// one subset holds all: below zero, for it has no bias
	same, _, err := metric.KID(context.Background(), a, a, metric.KIDOptions{})
	fmt.Printf("%.1f %v\n", same, err)
	// Output:
	// true true <nil>
	// -23.3 <nil>
}

// Generated samples sit on one of two modes: each is good, and half of the data is missed.
func ExamplePrecisionRecall() {
	real := tensors.FromValue([][]float64{{0}, {1}, {2}, {10}, {11}, {12}})
	generated := tensors.FromValue([][]float64{{0.5}, {1.5}, {2.5}})
	precision, recall, err := metric.PrecisionRecall(context.Background(), real, generated, 1)
	fmt.Println(precision, recall, err)
	// Output: 1 0.5 <nil>
}

func ExampleSlicedWasserstein() {
	x := tensors.FromValue([][]float64{{0, 0}, {1, 0}, {0, 1}})
	moved := tensors.FromValue([][]float64{{3, 4}, {4, 4}, {3, 5}}) // by (3, 4), of length 5
	distance, err := metric.SlicedWasserstein(x, moved, metric.SlicedOptions{Projections: 2})
	fmt.Printf("%.6f %.6f %v\n", distance, 5/math.Sqrt(2), err)
	// Output: 3.535534 3.535534 <nil>
}

// Reference sets too large to hold come in batches.
func ExampleNearestSearch() {
	search, err := metric.NewNearestSearch(images(), 1)
	for _, batch := range []*tensors.Tensor{images(), images()} {
		if err == nil {
			err = search.Add(batch)
		}
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	near, err := search.Result()
	fmt.Println(near, err) // of equals, the first
	// Output: [[{0 0}] [{1 0}] [{2 0}] [{3 0}]] <nil>
}
