package progress

import (
	"context"
	"slices"
	"testing"
)

func TestPartsOfParts(t *testing.T) {
	var told []float64
	ctx := With(context.Background(), func(done float64) { told = append(told, done) })
	Report(ctx, 0.5)
	half := Part(ctx, 1, 2)
	Report(half, 0)
	Report(Part(half, 0, 2), 0.5)
	Report(half, 1)
	if want := []float64{0.5, 0.5, 0.625, 1}; !slices.Equal(told, want) {
		t.Errorf("told %v, want %v", told, want)
	}
	Report(Part(context.Background(), 1, 2), 1) // nobody waits
}
