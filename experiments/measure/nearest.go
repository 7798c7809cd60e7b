package measure

import (
	"context"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/dataset"
	"vapoflow/vapo/metric"
)

// Nearest finds for each query, n values in [-1, 1], flat, the k nearest of the first `total` images of a set, nearest first. Of
// an image counts what pick gives of it, n values; nil takes it whole. tell is told how many images were searched.
func Nearest(ctx context.Context, data dataset.Dataset, total int, queries []float32, n, k int,
	pick func(x []float32) []float32, tell func(done int)) ([][]metric.Neighbor, error) {
	search, err := metric.NewNearestSearch(tensors.FromFlatDataAndDimensions(queries, len(queries)/n, n), k)
	if err != nil {
		return nil, err
	}
	const chunk = 500
	size := data.Info().Size()
	for from := 0; from < total; from += chunk {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		values, err := dataset.ReadRange(data, from, min(chunk, total-from))
		if err != nil {
			return nil, err
		}
		if pick != nil {
			var picked []float32
			for at := 0; at < len(values); at += size {
				picked = append(picked, pick(values[at:][:size])...)
			}
			values = picked
		}
		if err := search.Add(tensors.FromFlatDataAndDimensions(values, len(values)/n, n)); err != nil {
			return nil, err
		}
		tell(min(from+chunk, total))
	}
	return search.Result()
}

// GreyLevels is a distance in [-1, 1]^d as the root mean square over the values, in levels of 256.
func GreyLevels(distance float64, d int) float64 { return 127.5 * distance / math.Sqrt(float64(d)) }
