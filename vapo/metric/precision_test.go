package metric

import (
	"math/rand/v2"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

// On the line, k = 1: real points reach as far as [−1, 3] and [2, 18], generated ones [−2, −1], [−1.5, −0.5], [−1, 7] and [17,
// 20].
func TestPrecisionRecallOnTheLine(t *testing.T) {
	real := tensors.FromValue([][]float64{{0}, {1}, {2}, {10}})
	generated := tensors.FromValue([][]float64{{-1.5}, {-1}, {3}, {18}, {19}})
	precision, recall, err := PrecisionRecall(t.Context(), real, generated, 1)
	if err != nil || precision != 3./5 || recall != 3./4 {
		t.Errorf("precision %g, recall %g, %v", precision, recall, err)
	}
}

// Samples of one mode of two are precise and lack recall, and the other way round; a set against itself has all of both.
func TestPrecisionIsNotRecall(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	one, far := normal(rng, 200, 2, 0), normal(rng, 200, 2, 50)
	p := must(flatten("one", normal(rng, 200, 2, 0)))(t)
	q := must(flatten("far", far))(t)
	both := tensors.FromFlatDataAndDimensions(append(p.flat, q.flat...), 400, 2)
	precision, recall, err := PrecisionRecall(t.Context(), both, one, 0)
	if err != nil || precision < 0.9 || recall > 0.5 {
		t.Errorf("one mode of two: precision %g, recall %g, %v", precision, recall, err)
	}
	back, forth, err := PrecisionRecall(t.Context(), one, both, 3)
	if err != nil || back != recall || forth != precision {
		t.Errorf("exchanged: precision %g, recall %g, %v; k = 0 is 3", back, forth, err)
	}
	same := tensors.FromValue([][]float64{{1, 2}, {1, 2}, {1, 2}, {1, 2}}) // radius zero
	for _, set := range []*tensors.Tensor{one, same} {
		if p, r, err := PrecisionRecall(t.Context(), set, set, 3); p != 1 || r != 1 || err != nil {
			t.Errorf("a set against itself: precision %g, recall %g, %v", p, r, err)
		}
	}
}

func TestPrecisionRecallErrors(t *testing.T) {
	x := tensors.FromValue([][]float64{{1}, {2}, {3}})
	_, _, err := PrecisionRecall(t.Context(), x, x, 0)
	refused(t, err, "k is 3 with 3 real and 3 generated")
	_, _, err = PrecisionRecall(t.Context(), x, x, -1)
	refused(t, err, "k is -1")
}
