package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"vapoflow/notebooks/kernel/spec"
)

// A runner runs notebooks with the same options; its methods may be called in parallel.
type runner struct {
	kernel   spec.Spec
	settings []setting
	timeout  time.Duration // for each cell
	check    bool          // missing output is a failure
	inplace  bool
	out      string                                               // folder of the executed copies
	progress func(path string, cell, of int, after time.Duration) // called after each cell, if not nil
}

// A result is what became of one notebook.
type result struct {
	path    string // of the notebook
	written string // of the executed copy, or ""
	cells   []cellResult
	seconds float64
	failure *failure // nil if all is well
}

// A cellResult is what became of one code cell.
type cellResult struct {
	ran     bool
	seconds float64
	begins  string // how its code begins
	failure *failure
}

// run executes the notebook, which must have been read from path, and writes the executed copy.
func (r *runner) run(ctx context.Context, n *notebook, path string) (done result) {
	done = result{path: path}
	for _, c := range n.code() {
		done.cells = append(done.cells, cellResult{begins: begins(c.source)})
	}
	start := time.Now()
	defer func() {
		if thrown := recover(); thrown != nil { // the kernel is closed by now
			done.failure = &failure{text: fmt.Sprintf("internal error: %v", thrown)}
		}
		done.seconds = time.Since(start).Seconds()
	}()
	if err := n.set(r.settings); err != nil {
		return done.fail(err)
	}
	if err := r.execute(ctx, n, &done); err != nil {
		done.fail(err)
	}
	target := filepath.Join(r.out, filepath.Base(path))
	if r.inplace && done.failure == nil { // a failed run must not replace the notebook
		target = path
	}
	if err := n.write(target); err != nil {
		return done.fail(fmt.Errorf("writing the executed copy: %w", err))
	}
	done.written = target
	return done
}

// fail records the first failure.
func (d *result) fail(err error) result {
	if d.failure == nil {
		if f, ok := err.(*failure); ok {
			d.failure = f
		} else {
			d.failure = &failure{text: err.Error()}
		}
	}
	return *d
}

// execute runs the code cells in a kernel of their own until one fails; the failure is the error.
func (r *runner) execute(ctx context.Context, n *notebook, done *result) error {
	stored := n.clear()
	if n.metadata["kernelspec"] == nil {
		n.metadata["kernelspec"] = map[string]any{"name": r.kernel.Name(), "display_name": r.kernel.Display, "language": "go"}
	}
	n.metadata["language_info"] = map[string]any{"name": "go", "file_extension": ".go", "mimetype": "text/x-go"}
	k, err := startKernel(ctx, r.kernel, filepath.Dir(done.path))
	if err != nil {
		return err
	}
	defer k.Close()
	displays := map[string]*shown{}
	number := 0
	for _, c := range n.cells {
		if c.kind != "code" {
			continue
		}
		start := time.Now()
		if c.tagged(injectedTag) {
			if f := r.cell(ctx, k, c, number, false, displays); f != nil {
				return &failure{cell: number, text: "the cell added by --set: " + f.text}
			}
			continue
		}
		number++
		f := r.cell(ctx, k, c, number, true, displays)
		if f == nil && r.check && len(c.outputs) == 0 && (c.tagged("expect-output") || stored[c]) {
			f = &failure{cell: number, text: "it shows nothing, but should (does it end with gonbui.Sync()?)"}
		}
		this := &done.cells[number-1]
		this.ran, this.seconds, this.failure = true, time.Since(start).Seconds(), f
		if f != nil {
			return f
		}
		if r.progress != nil {
			r.progress(done.path, number, len(done.cells), time.Since(start))
		}
	}
	return nil
}

// clear drops the outputs of earlier runs and tells which cells had some.
func (n *notebook) clear() map[*cell]bool {
	stored := map[*cell]bool{}
	for _, c := range n.cells {
		stored[c] = len(c.outputs) > 0
		c.outputs, c.count = nil, nil
	}
	return stored
}

// cell runs one cell and fills in its outputs. Counted tells the kernel to count it.
func (r *runner) cell(ctx context.Context, k *kernel, c *cell, number int, counted bool, displays map[string]*shown) *failure {
	ctx, cancel := context.WithTimeout(ctx, r.timeout)
	defer cancel()
	seen := &collector{shown: displays}
	answer, err := k.run(ctx, c.source, counted, seen.add)
	f := judge(number, c.source, answer, err, seen, r.timeout, k.program)
	if f != nil && !seen.failed() {
		seen.fail("HeadlessError", f.text, []string{f.Error()}) // the copy shows why it ends here
	}
	c.outputs = seen.finished()
	if counted {
		c.count = &number
	}
	return f
}
