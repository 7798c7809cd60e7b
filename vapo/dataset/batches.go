package dataset

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
)

// Batches serves shuffled mini-batches as a function of (seed, step) alone: any step can be asked for at any time, so
// resuming needs only the step number.
//
// A finite set is walked epoch by epoch, each in a permutation drawn from (seed, epoch); a batch that reaches the end
// of an epoch goes on in the next, so that no example is dropped. An unlimited set gives fresh examples at every step.
type Batches struct {
	ds    Dataset
	info  Info
	batch int
	seed  uint64
	flip  bool

	mu    sync.Mutex
	epoch int // whose permutation is in order
	order []int
}

// NewBatches returns the batches of ds with batch examples each. With flip, every image is mirrored left to right
// with probability ½; points cannot be flipped.
func NewBatches(ds Dataset, batch int, seed uint64, flip bool) (*Batches, error) {
	info := ds.Info()
	if batch < 1 {
		return nil, fmt.Errorf("dataset: a batch of %d examples: it must be at least 1", batch)
	}
	if flip && !info.IsImage() {
		return nil, fmt.Errorf("dataset: %s holds points of shape %v: only images can be flipped", info.Name, info.Shape)
	}
	return &Batches{ds: ds, info: info, batch: batch, seed: seed, flip: flip, epoch: -1}, nil
}

// Fill writes the batch of the given step (0, 1, …), [batch, shape...], to dst: a large one is read on all cores. It is safe for
// concurrent use.
func (b *Batches) Fill(step int, dst []float32) error {
	size := b.info.Size()
	if step < 0 {
		return fmt.Errorf("dataset: batch of step %d: steps count from 0", step)
	}
	if len(dst) != b.batch*size {
		return fmt.Errorf("dataset: a batch of %s is %d × %v, %d values, but dst has room for %d",
			b.info.Name, b.batch, b.info.Shape, b.batch*size, len(dst))
	}
	const enough = 8192 // values that are worth a goroutine
	workers := min(runtime.GOMAXPROCS(0), b.batch, 1+len(dst)/enough)
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		group.Go(func() { errs[w] = b.drawPart(step, w*b.batch/workers, (w+1)*b.batch/workers, dst) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// drawPart reads examples from to to-1 of a batch.
func (b *Batches) drawPart(step, from, to int, dst []float32) error {
	size := b.info.Size()
	var order []int
	epoch := -1
	for k := from; k < to; k++ {
		position := step*b.batch + k
		i := b.first() + position
		if b.info.Len > 0 {
			if e := position / b.info.Len; e != epoch {
				order, epoch = b.permutation(e), e
			}
			i = order[position%b.info.Len]
		}
		x := dst[k*size : (k+1)*size]
		if err := b.ds.Read(i, x); err != nil {
			return err
		}
		if b.flip && mix(mix(b.seed)^uint64(position))&1 == 1 {
			mirror(x, b.info.Shape)
		}
	}
	return nil
}

// first is where the walk over an unlimited set begins: each seed starts somewhere else in 2⁶² indices, so that two
// seeds practically never share an example.
func (b *Batches) first() int { return int(mix(b.seed) >> 2) }

// permutation returns the order of the examples in an epoch. The last one is kept: steps mostly come in order.
func (b *Batches) permutation(epoch int) []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.epoch != epoch {
		b.order = rand.New(rand.NewPCG(mix(b.seed), mix(uint64(epoch)))).Perm(b.info.Len)
		b.epoch = epoch
	}
	return b.order
}

// mirror swaps left and right of one image [height, width, channels] in place.
func mirror(x []float32, shape []int) {
	height, width, channels := shape[0], shape[1], shape[2]
	for row := range height {
		line := x[row*width*channels : (row+1)*width*channels]
		for l, r := 0, (width-1)*channels; l < r; l, r = l+channels, r-channels {
			for c := range channels {
				line[l+c], line[r+c] = line[r+c], line[l+c]
			}
		}
	}
}
