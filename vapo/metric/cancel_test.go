package metric

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
)

// countdown is a context that is cancelled once it has been asked so many times.
type countdown struct {
	context.Context
	left atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// What takes minutes ends where the context is cancelled, wherever it is by then.
func TestCancel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	x, y := normal(rng, 200, 3, 0), normal(rng, 200, 3, 0)
	for name, measure := range map[string]func(ctx context.Context) error{
		"KID":       func(ctx context.Context) error { _, _, err := KID(ctx, x, y, KIDOptions{Size: 50}); return err },
		"precision": func(ctx context.Context) error { _, _, err := PrecisionRecall(ctx, x, y, 3); return err },
	} {
		whole := &countdown{Context: t.Context()}
		whole.left.Store(1 << 40)
		if err := measure(whole); err != nil {
			t.Fatal(err)
		}
		asked := 1<<40 - whole.left.Load()
		if asked < 20 {
			t.Errorf("%s asked the context %d times", name, asked)
		}
		for _, after := range []int64{0, asked / 3, asked / 2, asked - 1} {
			ctx := &countdown{Context: t.Context()}
			ctx.left.Store(after)
			if err := measure(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("%s cancelled at %d of %d: %v", name, after, asked, err)
			}
			if more := -ctx.left.Load(); more > 20 {
				t.Errorf("%s cancelled at %d of %d went on: it asked %d times more", name, after, asked, more)
			}
		}
	}
}
