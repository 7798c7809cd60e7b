package metric

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
)

// A Neighbor is a reference point near a query.
type Neighbor struct {
	Index    int     // of the reference point, in the order of its coming
	Distance float64 // Euclidean
}

// NearestSearch finds the k nearest of a stream of reference points for each query, exactly: it adds squares of differences
// in float64, and no expansion of ‖x−y‖² that would lose the difference of near duplicates. Memory is that of the queries and one
// batch. Pixels and features are points alike. One goroutine at a time may use it.
type NearestSearch struct {
	queries  points
	k, count int
	best     [][]Neighbor // Distance squared, ascending, until Result
}

// NewNearestSearch starts a search for the k ≥ 1 nearest of each query [n, d...].
func NewNearestSearch(queries *tensors.Tensor, k int) (*NearestSearch, error) {
	q, err := flatten("nearest neighbours: queries", queries)
	if err != nil {
		return nil, err
	}
	if k < 1 {
		return nil, fmt.Errorf("metric: nearest neighbours: k is %d; want at least 1", k)
	}
	return &NearestSearch{queries: q, k: k, best: make([][]Neighbor, q.n)}, nil
}

// Add takes in a batch of reference points [b, d...]. It costs O(n·b·d), less where points are soon seen to be too far.
func (s *NearestSearch) Add(reference *tensors.Tensor) error {
	r, err := flatten("nearest neighbours: reference points", reference)
	if err != nil {
		return err
	}
	if r.d != s.queries.d {
		return fmt.Errorf("metric: nearest neighbours: queries have %d dimensions, reference points %d: treat both alike",
			s.queries.d, r.d)
	}
	return s.add(context.Background(), r)
}

func (s *NearestSearch) add(ctx context.Context, r points) error {
	const block = 16 // reference points that stay in the processor's cache while queries pass by
	parallel(s.queries.n, func(from, to int) {
		for start := 0; start < r.n && ctx.Err() == nil; start += block {
			for q := from; q < to; q++ {
				for i := start; i < min(start+block, r.n); i++ {
					s.offer(q, s.count+i, r.row(i))
				}
			}
		}
	})
	s.count += r.n
	return ctx.Err()
}

// offer keeps a point if it is nearer than the k-th: of equals the first to come.
func (s *NearestSearch) offer(q, index int, point []float64) {
	best, limit := s.best[q], math.Inf(1)
	if len(best) == s.k {
		limit = best[s.k-1].Distance
	}
	square := squaredDistance(s.queries.row(q), point, limit)
	if square >= limit {
		return
	}
	if len(best) < s.k {
		best = append(best, Neighbor{})
	}
	i := len(best) - 1
	for ; i > 0 && best[i-1].Distance > square; i-- {
		best[i] = best[i-1]
	}
	best[i] = Neighbor{Index: index, Distance: square}
	s.best[q] = best
}

// Result has, for each query, its k nearest reference points so far in order of distance, equals by index. Fewer than k
// reference points are an error.
func (s *NearestSearch) Result() ([][]Neighbor, error) {
	if s.count < s.k {
		return nil, fmt.Errorf("metric: nearest neighbours: %d reference points for k = %d: add more or ask for fewer",
			s.count, s.k)
	}
	result := make([][]Neighbor, len(s.best))
	for q, best := range s.best {
		for _, near := range best {
			result[q] = append(result[q], Neighbor{Index: near.Index, Distance: math.Sqrt(near.Distance)})
		}
	}
	return result, nil
}

// squaredDistance is ‖a−b‖², or some number above limit where it is more than that.
func squaredDistance(a, b []float64, limit float64) float64 {
	const stretch = 128
	sum := 0.0
	for len(a) > stretch && sum <= limit {
		sum += squares(a[:stretch], b[:stretch])
		a, b = a[stretch:], b[stretch:]
	}
	if sum > limit {
		return sum
	}
	return sum + squares(a, b)
}

// squares is Σ (a_i − b_i)²; four sums let the processor overlap its additions.
func squares(a, b []float64) float64 {
	var s0, s1, s2, s3 float64
	for len(a) >= 4 && len(b) >= 4 {
		d0, d1, d2, d3 := a[0]-b[0], a[1]-b[1], a[2]-b[2], a[3]-b[3]
		s0 += d0 * d0
		s1 += d1 * d1
		s2 += d2 * d2
		s3 += d3 * d3
		a, b = a[4:], b[4:]
	}
	for i := range a {
		d := a[i] - b[i]
		s0 += d * d
	}
	return s0 + s1 + s2 + s3
}
