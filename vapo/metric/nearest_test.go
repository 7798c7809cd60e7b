package metric

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

// bruteNearest sorts all distances; equals stay in order of index.
func bruteNearest(queries, reference points, k int) [][]int {
	var result [][]int
	for q := range queries.n {
		distance := make([]float64, reference.n)
		order := make([]int, reference.n)
		for i := range reference.n {
			order[i] = i
			for j, v := range queries.row(q) {
				distance[i] += (v - reference.row(i)[j]) * (v - reference.row(i)[j])
			}
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch {
			case distance[a] < distance[b]:
				return -1
			case distance[a] > distance[b]:
				return 1
			}
			return 0
		})
		result = append(result, order[:k])
	}
	return result
}

// nearest is a search over reference points that are at hand all at once.
func nearest(queries, reference *tensors.Tensor, k int) ([][]Neighbor, error) {
	s, err := NewNearestSearch(queries, k)
	if err != nil {
		return nil, err
	}
	if err := s.Add(reference); err != nil {
		return nil, err
	}
	return s.Result()
}

// Points on a lattice have many equals, and sums of integers are exact: the search in batches gives the order of sorting. d = 300
// is more than a stretch of early stopping, 200 points more than a block.
func TestNearestIsBruteForce(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for _, d := range []int{1, 2, 5, 300} {
		lattice := func(n int) *tensors.Tensor {
			flat := make([]float32, n*d)
			for i := range flat {
				flat[i] = float32(rng.IntN(4))
			}
			return tensors.FromFlatDataAndDimensions(flat, n, d)
		}
		queries, reference := lattice(30), lattice(200)
		want := bruteNearest(must(flatten("q", queries))(t), must(flatten("r", reference))(t), 5)
		search := must(NewNearestSearch(queries, 5))(t)
		for from := 0; from < 200; from += 80 {
			if err := search.Add(slice(t, reference, from, min(from+80, 200))); err != nil {
				t.Fatal(err)
			}
		}
		inBatches := must(search.Result())(t)
		if atOnce := must(nearest(queries, reference, 5))(t); !reflect.DeepEqual(atOnce, inBatches) {
			t.Errorf("d %d: batches change the answer", d)
		}
		for q, best := range inBatches {
			for i, near := range best {
				if near.Index != want[q][i] {
					t.Fatalf("d %d, query %d: neighbours %v, want %v", d, q, best, want[q])
				}
			}
		}
	}
}

// Near duplicates far from the origin keep their distance: ‖x‖² + ‖y‖² − 2x·y would round it to nothing.
func TestNearestTellsNearDuplicatesApart(t *testing.T) {
	query := tensors.FromValue([][]float64{{1e6, 1e6}})
	reference := tensors.FromValue([][]float64{{1e6, 1e6 + 3e-9*2}, {1e6, 1e6 + 1e-3}, {1e6, 1e6}, {0, 0}})
	near := must(nearest(query, reference, 4))(t)[0]
	order := []int{near[0].Index, near[1].Index, near[2].Index, near[3].Index}
	if !slices.Equal(order, []int{2, 0, 1, 3}) || near[0].Distance != 0 || math.Abs(near[2].Distance-1e-3) > 1e-9 {
		t.Errorf("neighbours %v", near)
	}
}

func TestNearestErrors(t *testing.T) {
	x := tensors.FromValue([][]float64{{1}, {2}})
	_, err := nearest(x, x, 3)
	refused(t, err, "2 reference points for k = 3")
	_, err = nearest(x, x, 0)
	refused(t, err, "k is 0")
	_, err = nearest(x, tensors.FromValue([][]float64{{1, 2}}), 1)
	refused(t, err, "queries have 1 dimensions, reference points 2")
}
