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

// Features of two sets, here of pixels and of a set to itself, by batches of any size.
func ExampleFID() {
	extractor := metric.Pixels{Height: 1, Width: 2, Channels: 1}
	data, samples := metric.NewMoments(extractor.Dim()), metric.NewMoments(extractor.Dim())
	for _, m := range []*metric.Moments{data, samples} {
		features, err := extractor.Features(images())
		if err == nil {
			err = m.Add(features)
		}
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	fid, err := metric.FID(data, samples)
	fmt.Printf("FID (%s) %.3f, comparable with published: %v, %v\n", extractor.Name(), fid, extractor.Comparable(), err)
	// Output: FID (pixels) 0.000, comparable with published: false, <nil>
}

// N(0, 1) and N(3, 2²): the distance is 3² + (2−1)².
func ExampleMomentsOf() {
	a, errA := metric.MomentsOf(1000, []float64{0}, mat.NewSymDense(1, []float64{1}))
	b, errB := metric.MomentsOf(1000, []float64{3}, mat.NewSymDense(1, []float64{4}))
	fid, err := metric.FID(a, b)
	fmt.Printf("%.3f %v\n", fid, errors.Join(errA, errB, err))
	// Output: 10.000 <nil>
}

func ExampleMoments() {
	whole, shard := metric.NewMoments(2), metric.NewMoments(2)
	err := errors.Join(
		whole.Add(tensors.FromValue([][]float32{{0, 0}, {1, 2}})),
		shard.Add(tensors.FromValue([][]float32{{2, 4}})),
		whole.Merge(shard))
	fmt.Println(whole.N(), whole.Mean(), err)
	fmt.Println(mat.Formatted(whole.Covariance()))
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
	same, _, err := metric.KID(context.Background(), a, a, metric.KIDOptions{}) // one subset holds all: below zero, for it has no bias
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

func ExampleNearest() {
	queries := tensors.FromValue([][]float64{{0.9, 0}})
	reference := tensors.FromValue([][]float64{{0, 0}, {1, 0}, {0.9, 2}})
	near, err := metric.Nearest(queries, reference, 2)
	for _, n := range near[0] {
		fmt.Printf("%d at %.2f\n", n.Index, n.Distance)
	}
	fmt.Println(err)
	// Output:
	// 1 at 0.10
	// 0 at 0.90
	// <nil>
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

func ExamplePixels() {
	pixels := metric.Pixels{Height: 1, Width: 2, Channels: 1}
	features, err := pixels.Features(images())
	fmt.Println(features.Value(), err)
	// Output: [[-1 0] [0 1] [1 0] [0 -1]] <nil>
}
