package vapo

import (
	"errors"
	"testing"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
)

// Batches come in order, each once; what goes wrong while one is drawn reaches whoever takes it, and nothing is drawn once stop has
// returned.
func TestBatchesAreDrawnAhead(t *testing.T) {
	wrong := errors.New("wrong")
	var drawn []int
	slow := false
	a := drawAhead(3, 8, func(step int) ([]*tensors.Tensor, error) {
		drawn = append(drawn, step)
		switch {
		case slow:
			time.Sleep(20 * time.Millisecond)
			drawn = append(drawn, -1)
		case step == 5:
			return nil, wrong
		case step == 6:
			panic("hopeless")
		}
		return []*tensors.Tensor{tensors.FromScalar(float32(step))}, nil
	})
	for step := 3; step < 5; step++ {
		batch, err := a.take()
		if err != nil || tensors.ToScalar[float32](batch[0]) != float32(step) {
			t.Fatalf("step %d: %v, %v", step, batch, err)
		}
	}
	if _, err := a.take(); err != wrong {
		t.Errorf("the error of step 5 is %v", err)
	}
	func() {
		defer func() {
			if p := recover(); p != "hopeless" {
				t.Errorf("the panic of step 6 is %v", p)
			}
		}()
		a.take()
	}()
	a.stop()
	slow = true
	a = drawAhead(7, 8, a.draw)
	a.stop()
	if last := drawn[len(drawn)-1]; last != -1 {
		t.Errorf("stop returned before step 7 was drawn: %v", drawn)
	}
}
