// Package sample draws samples of a potential into a file or a folder of PNGs: each is a function of the seed and its index.
package sample

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"vapoflow/experiments/record"
	"vapoflow/experiments/trained"
	"vapoflow/experiments/usage"
	"vapoflow/internal/budget"
)

// Options say what is drawn, and where to.
type Options struct {
	trained.Reference
	Out       string  // an .npz file, or a folder
	N         int     // samples, those of index 0 ≤ i < N
	Range     string  // a:b draws the samples a ≤ i < b alone
	Seed      int64   // of the noise
	Solver    string  // a name of solver.List; "" is dopri5, or bosh3 for images
	Steps     int     // equal ones; 0 adapts
	Tolerance float64 // of adaptive ones; 0 is the default
	Batch     int     // samples at a time; 0 is the default
}

// maxIndex is where the random stream of a sample, a function of its index, would meet that of another use.
const maxIndex = 1 << 48

// ToFile tells whether the samples go to one file.
func (o Options) ToFile() bool { return strings.EqualFold(filepath.Ext(o.Out), ".npz") }

// Check finds wrong use before anything is opened, and gives the indices first ≤ i < last that are asked for.
func (o Options) Check(nGiven bool) (first, last int, err error) {
	switch {
	case o.Run == "":
		return 0, 0, usage.Errorf("sample: --run is missing: a run, a model's folder or oracle:ring8")
	case o.Out == "":
		return 0, 0, usage.Errorf("sample: --out is missing: an .npz file or a folder to write")
	case o.N < 1:
		return 0, 0, usage.Errorf("sample: --n %d must be at least 1", o.N)
	case o.Batch < 0:
		return 0, 0, usage.Errorf("sample: --batch %d must be positive, or 0 for the default", o.Batch)
	case o.Steps < 0:
		return 0, 0, usage.Errorf("sample: --steps %d must be positive, or 0 for the solver's own", o.Steps)
	case !(o.Tolerance >= 0 && o.Tolerance < 1):
		return 0, 0, usage.Errorf("sample: --tolerance %g must lie in (0, 1); 1e-5 is usual", o.Tolerance)
	}
	if _, _, err := o.method(false); err != nil {
		return 0, 0, err
	}
	if o.N > maxIndex {
		return 0, 0, usage.Errorf("sample: --n %d: at most %d samples have noise of their own", o.N, maxIndex)
	}
	if o.Range == "" {
		return 0, o.N, nil
	}
	from, to, found := strings.Cut(o.Range, ":")
	first, err1 := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	if !found || err1 != nil || err2 != nil || first < 0 || last <= first {
		return 0, 0, usage.Errorf("sample: --range %s must be a:b with 0 ≤ a < b, as 0:5000 for the first 5,000", o.Range)
	}
	if last > maxIndex {
		return 0, 0, usage.Errorf("sample: --range %s: at most %d samples have noise of their own", o.Range, maxIndex)
	}
	if nGiven && last > o.N {
		return 0, 0, usage.Errorf("sample: --range %s ends behind --n %d; raise --n or leave it out", o.Range, o.N)
	}
	return first, last, nil
}

// CheckMemory refuses a batch whose stages are more than the memory, and, for a file, samples that are more than its folder's
// disk has left.
func (o Options) CheckMemory(by *trained.Potential, batch, stages, first, last int) error {
	size := 1.0
	for _, n := range by.Model.Shape {
		size *= float64(n)
	}
	if err := budget.Check(fmt.Sprintf("a --batch of %d samples of shape %v", batch, by.Model.Shape),
		float64(batch)*4*size*float64(stages+2)); err != nil {
		return usage.Errorf("sample: %w", err)
	}
	if o.ToFile() {
		if err := budget.CheckDisk(fmt.Sprintf("%d samples of shape %v", last-first, by.Model.Shape), filepath.Dir(o.Out),
			float64(last-first)*size); err != nil {
			return usage.Errorf("sample: %w", err)
		}
	}
	return nil
}

// CheckWritable says in time that the samples will find no place.
func (o Options) CheckWritable() error {
	folder := o.Out
	if o.ToFile() {
		folder = filepath.Dir(o.Out)
		if stat, err := os.Stat(o.Out); err == nil && stat.IsDir() {
			return fmt.Errorf("--out %s is a folder; name a file in it, or a folder without .npz for PNGs", o.Out)
		}
	}
	if err := record.CheckOut(folder); err != nil {
		return fmt.Errorf("--out %s: %w", o.Out, err)
	}
	return nil
}
