package dataset

import (
	"errors"
	"slices"
	"testing"
	"time"
)

// watched tells of every example that is read, and fails at one.
type watched struct {
	Dataset
	reads chan int
	fails int
}

func (w watched) Read(i int, dst []float32) error {
	w.reads <- i
	if i == w.fails {
		return errors.New("this one cannot be read")
	}
	return w.Dataset.Read(i, dst)
}

// TestReadAhead: after a batch was asked for, the next is read without being asked for, and once only.
func TestReadAhead(t *testing.T) {
	w := watched{counting(100), make(chan int, 100), -1}
	b := batches(t, w, 4, 1, false)
	fill(t, b, 0)
	var read []float32
	for n := range 8 {
		select {
		case i := <-w.reads:
			read = append(read, float32(i))
		case <-time.After(10 * time.Second):
			t.Fatalf("%d examples were read, expected two batches of 4", n)
		}
	}
	want := fill(t, batches(t, counting(100), 4, 1, false), 1)
	if got := fill(t, b, 1); !slices.Equal(got, want) || !slices.Equal(read[4:], want) {
		t.Errorf("examples read ahead: %v, batch %v, read alone: %v", read[4:], got, want)
	}
}

// TestReadAheadFails: an example that cannot be read fails the step that holds it, each time, and no other.
func TestReadAheadFails(t *testing.T) {
	const n = 10
	b := batches(t, watched{counting(n), make(chan int, 1000), 3}, 1, 1, false)
	plain := batches(t, counting(n), 1, 1, false)
	x := make([]float32, 1)
	for step := range 3 * n {
		want := fill(t, plain, step)
		for range 2 {
			if err := b.Fill(step, x); (err != nil) != (want[0] == 3) || err == nil && x[0] != want[0] {
				t.Errorf("step %d holds %v: %v, %v", step, want, x, err)
			}
		}
	}
}

// TestBatchesOnAllCores: large batches, which several goroutines read, hold what small ones do.
func TestBatchesOnAllCores(t *testing.T) {
	const batch = 24
	ds := open(t, "drawn", Options{})
	large, small := batches(t, ds, batch, 9, true), batches(t, ds, 1, 9, true)
	for step := range 2 {
		x := fill(t, large, step)
		for k := range batch {
			if !slices.Equal(x[k*cifarPixels:(k+1)*cifarPixels], fill(t, small, step*batch+k)) {
				t.Fatalf("step %d: image %d differs", step, k)
			}
		}
	}
}
