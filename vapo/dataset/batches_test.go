package dataset

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// counting is a set of n points in one dimension whose example i is i.
func counting(n int) Dataset {
	a := &array{info: Info{Name: "counting", Shape: []int{1}, Len: n}}
	for i := range n {
		a.x = append(a.x, float32(i))
	}
	return a
}

func batches(t *testing.T, ds Dataset, batch int, seed uint64, flip bool) *Batches {
	t.Helper()
	b, err := NewBatches(ds, batch, seed, flip)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func fill(t *testing.T, b *Batches, step int) []float32 {
	t.Helper()
	dst := make([]float32, b.batch*b.info.Size())
	if err := b.Fill(step, dst); err != nil {
		t.Fatal(err)
	}
	return dst
}

// TestBatchesAreFunctionsOfStep: in order, in a random order and from many goroutines, a step gives the same batch.
func TestBatchesAreFunctionsOfStep(t *testing.T) {
	const steps = 40
	for _, ds := range []Dataset{counting(37), open(t, "ring8", Options{})} {
		var want [][]float32
		b := batches(t, ds, 5, 3, false)
		for step := range steps {
			want = append(want, fill(t, b, step))
		}
		var group sync.WaitGroup
		b = batches(t, ds, 5, 3, false)
		for _, step := range rand.Perm(steps) {
			group.Go(func() {
				got := make([]float32, len(want[step]))
				if err := b.Fill(step, got); err != nil || !slices.Equal(got, want[step]) {
					t.Errorf("%s: step %d gave %v (%v), in order it was %v", ds.Info().Name, step, got, err, want[step])
				}
			})
		}
		group.Wait()
	}
}

// TestEpochs: each run of Len examples is a permutation, also where batches reach over the end of an epoch, and the
// permutations differ between epochs and seeds.
func TestEpochs(t *testing.T) {
	const n, epochs = 10, 6
	walk := func(seed uint64) (walk []float32) {
		b := batches(t, counting(n), 4, seed, false) // 4 does not divide 10
		for step := range n * epochs / 4 {
			walk = append(walk, fill(t, b, step)...)
		}
		return walk
	}
	seen := map[string]bool{}
	for _, seed := range []uint64{0, 1} {
		for x := walk(seed); len(x) > 0; x = x[n:] {
			order := make([]byte, n)
			for k, v := range x[:n] {
				order[k] = '0' + byte(v)
			}
			if seen[string(order)] {
				t.Errorf("seed %d: the order %s came twice", seed, order)
			}
			seen[string(order)] = true
			if slices.Sort(order); string(order) != "0123456789" {
				t.Errorf("seed %d: an epoch held %s", seed, order)
			}
		}
	}
}

// TestFreshExamples: an unlimited set never repeats, neither between steps nor between seeds.
func TestFreshExamples(t *testing.T) {
	seen := map[[2]float32]bool{}
	for _, seed := range []uint64{0, 1} {
		b := batches(t, open(t, "ring8", Options{}), 8, seed, false)
		for step := range 100 {
			for x := fill(t, b, step); len(x) > 0; x = x[2:] {
				if seen[[2]float32(x)] {
					t.Fatalf("seed %d, step %d: %v came before", seed, step, x[:2])
				}
				seen[[2]float32(x)] = true
			}
		}
	}
}

// TestFlip: with flip, an example is itself or its mirror image, each about half the time.
func TestFlip(t *testing.T) {
	const n = 2000
	image := []float32{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12} // [2, 3, 2]
	mirrored := []float32{5, 6, 3, 4, 1, 2, 11, 12, 9, 10, 7, 8}
	ds := &array{info: Info{Name: "one", Shape: []int{2, 3, 2}, Len: 1}, x: image}
	b := batches(t, ds, 1, 5, true)
	flips := 0.0
	for step := range n {
		switch got := fill(t, b, step); {
		case slices.Equal(got, mirrored):
			flips++
		case !slices.Equal(got, image):
			t.Fatalf("step %d gave %v", step, got)
		}
	}
	if math.Abs(flips-n/2) > 5*math.Sqrt(n)/2 {
		t.Errorf("%v of %d were flipped", flips, n)
	}
}

func TestBatchesRefuse(t *testing.T) {
	if _, err := NewBatches(counting(3), 0, 0, false); err == nil {
		t.Error("a batch of 0 was accepted")
	}
	if _, err := NewBatches(counting(3), 1, 0, true); err == nil {
		t.Error("flipped points were accepted")
	}
	b := batches(t, counting(3), 2, 0, false)
	if b.Fill(-1, make([]float32, 2)) == nil || b.Fill(0, make([]float32, 3)) == nil {
		t.Error("step -1 or a destination of the wrong length was accepted")
	}
}

// lacking fails at one example.
type lacking struct {
	Dataset
	fails int
}

func (l lacking) Read(i int, dst []float32) error {
	if i == l.fails {
		return errors.New("this one cannot be read")
	}
	return l.Dataset.Read(i, dst)
}

// TestBatchesFail: an example that cannot be read fails the step that holds it, each time, and no other.
func TestBatchesFail(t *testing.T) {
	const n = 10
	b := batches(t, lacking{counting(n), 3}, 1, 1, false)
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
