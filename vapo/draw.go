package vapo

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/internal/noise"
	"vapoflow/vapo/times"
)

// drawBatch gives one step's inputs as a function of (seed, step): data, noise, s and rates.
func drawBatch(batches *dataset.Batches, shape []int, t Training, law times.Law, step int) ([]*tensors.Tensor, error) {
	dims := append([]int{t.Batch}, shape...)
	data := tensors.FromShape(float32Shape(dims...))
	var err error
	tensors.MustMutableFlatData(data, func(flat []float32) {
		if err = batches.Fill(step, flat); err != nil {
			return
		}
		for i, v := range flat {
			if v-v != 0 { // NaN or infinite: the loss would be as well, and the training lost
				err = fmt.Errorf("vapo: the data of training step %d holds %g (value %d of its batch); repair that example or "+
					"leave it out", step, v, i)
				return
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("vapo: reading the data of step %d: %w", step, err)
	}
	rng := noise.Stream(t.Seed, noise.Training, step)
	z := tensors.FromShape(float32Shape(dims...))
	tensors.MustMutableFlatData(z, func(flat []float32) { noise.Normal(rng, flat) })
	s := make([]float32, t.Batch)
	law.Draw(rng, s)
	rates := []float32{float32(t.rate(step)), float32(t.decay(step))}
	return []*tensors.Tensor{data, z, tensors.FromValue(s), tensors.FromValue(rates)}, nil
}

// ahead draws the batch of the next step while this one's is learnt.
type ahead struct {
	draw  func(step int) ([]*tensors.Tensor, error)
	next  int // the step that is drawn, or will be
	end   int
	drawn chan drawn // of one that is being drawn; nil where none is
}

type drawn struct {
	batch []*tensors.Tensor
	err   error
	panic any
}

// drawAhead begins with the batch of the step first; there is none from end on.
func drawAhead(first, end int, draw func(step int) ([]*tensors.Tensor, error)) *ahead {
	a := &ahead{draw: draw, next: first, end: end}
	a.begin()
	return a
}

func (a *ahead) begin() {
	if a.drawn = nil; a.next >= a.end {
		return
	}
	done, step := make(chan drawn, 1), a.next
	a.drawn, a.next = done, step+1
	go func() {
		var d drawn
		defer func() {
			d.panic = recover() // belongs to whoever trains
			done <- d
		}()
		d.batch, d.err = a.draw(step)
	}()
}

// take gives the batches in order, and begins the next.
func (a *ahead) take() ([]*tensors.Tensor, error) {
	d := <-a.drawn
	if d.panic != nil {
		a.drawn = nil
		panic(d.panic)
	}
	a.begin()
	return d.batch, d.err
}

// stop waits for the batch that is being drawn, which nobody takes.
func (a *ahead) stop() {
	if a.drawn != nil {
		numbers.Finalize((<-a.drawn).batch...)
	}
}
