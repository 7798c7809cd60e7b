package main

import (
	"context"
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/solver"
)

// sampling draws the samples first ≤ i < last.
type sampling struct {
	recipe
	by          *found
	out         string
	toFile      bool
	first, last int
	tableau     solver.Tableau
	adaptive    solver.Solver // finds the grid, where the recipe has none yet
}

func newSampling(o sampleOptions, by *found, backend string, first, last int) (*sampling, error) {
	r, with, err := newRecipe(o, by, backend)
	if err != nil {
		return nil, err
	}
	t, err := solver.ByName(r.Decides.Solver)
	if err != nil {
		return nil, err
	}
	j := &sampling{recipe: r, by: by, out: o.out, toFile: o.toFile(), first: first, last: last, tableau: t, adaptive: with}
	if !j.toFile {
		return j, checkPNG(by.model.Shape)
	}
	return j, nil
}

// sink takes samples in the order of their indices.
type sink interface {
	has(first, last int) bool           // tells that it needs none of these
	write(first int, x []float32) error // [n, shape...] flat, from the index first on
}

// run draws them into the file or folder.
func (j *sampling) run(ctx context.Context, a *app) error {
	find := func() error {
		if j.Grid != nil {
			return nil
		}
		return j.findGrid(ctx, j.by.model, j.tableau, j.adaptive)
	}
	into := j.intoFile
	if j.toFile {
		if err := find(); err != nil {
			return err
		}
	} else {
		if err := j.join(j.out, find); err != nil {
			return err
		}
		into = j.intoFolder
	}
	a.say("sample: %s", j.recipe)
	a.say("sample: s = %.4g", j.Grid)
	return into(func(to sink) error { return j.draw(ctx, to, a.count("sample")) })
}

// draw passes the samples to the sink in batches that begin at multiples of their size: a sample has the same place among the
// same others whatever the range, and so the same bits.
func (j *sampling) draw(ctx context.Context, to sink, progress func(done, total int)) error {
	with, size := solver.Fixed{Tableau: j.tableau, Grid: j.Grid}, j.Decides.Batch
	for start := j.first - j.first%size; start < j.last; start += size {
		first, last := max(start, j.first), min(start+size, j.last)
		if !to.has(first, last) {
			sol, err := j.by.model.Sample(ctx, with, j.Decides.Seed, start, size)
			if err != nil {
				return fmt.Errorf("samples %d to %d: %w", first, last-1, err)
			}
			x := tensors.MustCopyFlatData[float32](sol.State[0])
			sol.Finalize()
			d := len(x) / size
			if err := to.write(first, x[(first-start)*d:(last-start)*d]); err != nil {
				return err
			}
		}
		progress(last-j.first, j.last-j.first)
	}
	return nil
}
