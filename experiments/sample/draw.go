package sample

import (
	"context"
	"fmt"

	"vapoflow/experiments/console"
	"vapoflow/experiments/trained"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/solver"
)

// Sampling draws the samples first ≤ i < last.
type Sampling struct {
	provenance
	by          *trained.Potential
	out         string
	toFile      bool
	first, last int
	tableau     solver.Tableau
	with        solver.Solver // finds the grid, where the provenance has none yet
	sampler     *flow.Sampler // made when the first sample is drawn
}

func New(o Options, by *trained.Potential, backend string, first, last int) (*Sampling, error) {
	r, with, err := newProvenance(o, by, backend)
	if err != nil {
		return nil, err
	}
	t, err := solver.List.Find(r.Decides.Solver)
	if err != nil {
		return nil, err
	}
	j := &Sampling{provenance: r, by: by, out: o.Out, toFile: o.ToFile(), first: first, last: last, tableau: t, with: with}
	if err := o.CheckMemory(by, r.Decides.Batch, t.Stages(), first, last); err != nil {
		return nil, err
	}
	if !j.toFile {
		return j, checkPNG(by.Model.Shape)
	}
	return j, nil
}

// sink takes samples in the order of their indices, but for those that it has.
type sink interface {
	has(i int) bool
	write(i int, x []float32) error // flat
}

// Run draws them into the file or folder.
func (j *Sampling) Run(ctx context.Context, c *console.Console) error {
	find, into := func() error {
		if j.Grid == nil {
			c.Say("sample: finding the steps of %s on the first %d samples", j.Decides.Solver, j.Decides.Reference)
		}
		return j.findGrid(ctx)
	}, j.intoFile
	var err error
	if j.toFile {
		err = find()
	} else {
		err, into = j.join(j.out, find), j.intoFolder
	}
	if err != nil {
		return err
	}
	c.Say("sample: %s", j.provenance)
	c.Say("sample: s = %.4g", j.Grid)
	return into(func(to sink) error { return j.draw(ctx, to, c.Count("sample")) })
}

// findGrid runs an adaptive solver over the reference samples, where the provenance has no grid.
func (j *Sampling) findGrid(ctx context.Context) error {
	if j.Grid != nil {
		return nil
	}
	found, err := j.by.Model.NewSampler(ctx, j.with, j.Decides.Seed, j.Decides.Reference)
	if err != nil {
		return fmt.Errorf("finding the steps on the first %d samples: %w", j.Decides.Reference, err)
	}
	j.setGrid(j.tableau, found.Grid)
	if j.Decides.Batch == j.Decides.Reference {
		j.sampler = found
	}
	return nil
}

// draw passes the samples to the sink, a batch at a time for each device.
func (j *Sampling) draw(ctx context.Context, to sink, progress func(done, total int)) error {
	size := j.Decides.Batch * len(j.by.Model.OnDevices())
	for start := j.first / size * size; start < j.last; start += size {
		first, last := max(start, j.first), min(start+size, j.last)
		if err := j.drawBatches(ctx, to, first, last); err != nil {
			return fmt.Errorf("samples %d to %d: %w", first, last-1, err)
		}
		progress(last-j.first, j.last-j.first)
	}
	return nil
}

// drawBatches passes on the samples first ≤ i < last, which cost as much as all of their batches.
func (j *Sampling) drawBatches(ctx context.Context, to sink, first, last int) error {
	for first < last && to.has(first) {
		first++
	}
	if first == last {
		return nil
	}
	if j.sampler == nil {
		var err error
		if j.sampler, err = j.by.Model.NewSampler(ctx, solver.Fixed{Tableau: j.tableau, Grid: j.Grid}, j.Decides.Seed,
			j.Decides.Batch); err != nil {
			return err
		}
	}
	return j.sampler.Draw(ctx, first, last-first, func(i int, x []float32) error {
		if to.has(i) {
			return nil
		}
		return to.write(i, x)
	})
}
