package metric

import (
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
)

func TestPixels(t *testing.T) {
	images := tensors.FromValue([][][][]float32{{{{-1, 0}}, {{0.5, 1}}}, {{{1, 1}}, {{0, 0}}}}) // [2, 2, 1, 2]
	p := Pixels{Height: 2, Width: 1, Channels: 2}
	got := must(flatten("features", must(p.Features(images))(t)))(t)
	if got.n != 2 || got.d != p.Dim() || got.row(0)[2] != 0.5 || p.Comparable() {
		t.Errorf("features %v", got)
	}
	_, err := Pixels{Height: 1, Width: 2, Channels: 2}.Features(images)
	refused(t, err, "want [n, 1, 2, 2]")
}
