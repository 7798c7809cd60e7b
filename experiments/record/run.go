package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"vapoflow/internal/atomicfile"

	"github.com/gomlx/gomlx/core/tensors"
)

// Run is a run while it works. Its methods are for one goroutine.
type Run struct {
	Manifest
	dir   string // where it works
	final string // where it goes when done
}

// partialSuffix marks the folder of a run that has not ended well.
const partialSuffix = ".partial"

// oldSuffix marks a run that is being replaced.
const oldSuffix = ".old"

// Create begins a run called m.Name below the folder runs. A leftover of an earlier attempt is
// removed; a finished run of that name stays until this one is done.
func Create(runs string, m Manifest) (*Run, error) {
	if m.Name == "" || m.Name != filepath.Base(m.Name) {
		return nil, fmt.Errorf("record: a run cannot be called %q: its name is that of a folder", m.Name)
	}
	final := filepath.Join(runs, m.Name)
	r := &Run{Manifest: m, dir: final + partialSuffix, final: final}
	if err := os.RemoveAll(r.dir); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	if err := atomicfile.MkdirAll(r.dir); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	r.Schema, r.Status, r.Started = SchemaVersion, Running, time.Now().UTC().Truncate(time.Second)
	r.Versions, r.Hardware = Program(), Machine()
	r.Results = map[string]float64{}
	return r, r.save()
}

// Dir is the folder the run works in. It changes when the run is closed.
func (r *Run) Dir() string { return r.dir }

// Path is where an artefact of the given name goes.
func (r *Run) Path(name string) string { return filepath.Join(r.dir, name) }

// Note adds a sentence that a reader must know to judge the results.
func (r *Run) Note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Arrays writes named arrays as an .npz artefact.
func (r *Run) Arrays(name string, arrays map[string]*tensors.Tensor) error {
	return WriteArrays(r.Path(name), arrays)
}

// Metrics writes entries as metrics.jsonl, one JSON object per line.
func Metrics[T any](r *Run, entries []T) error {
	return atomicfile.Write(r.Path("metrics.jsonl"), func(f *os.File) error {
		lines := json.NewEncoder(f)
		for _, entry := range entries {
			if err := lines.Encode(entry); err != nil {
				return err
			}
		}
		return nil
	})
}

// Do does the run's work and closes the run by how that ends ([Run.Close]). A panic is a failure like others: whoever reads the record
// sees it, what comes after this run is run, and the stack is kept as panic.txt.
func (r *Run) Do(work func() error) error {
	guarded := func() (err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("%s: the program panicked, which is a mistake in it: %v", r.Name, p)
				err = errors.Join(err, WriteFile(r.Path("panic.txt"), fmt.Appendf(nil, "%v\n\n%s", p, debug.Stack())))
			}
		}()
		return work()
	}
	return r.Close(guarded())
}

// Close ends the run: done without cause, interrupted where the cause is a cancelled context, else
// failed. A run that is done takes its place; the others stay partial. It returns the cause, or
// what went wrong here.
func (r *Run) Close(cause error) error {
	r.Finished = time.Now().UTC().Truncate(time.Second)
	r.Seconds = time.Since(r.Started).Seconds()
	switch {
	case cause == nil:
		r.Status = Done
	case errors.Is(cause, context.Canceled):
		r.Status, r.Error = Interrupted, cause.Error()
	default:
		r.Status, r.Error = Failed, cause.Error()
	}
	var unsafe error
	if cause == nil { // what is called done is on the disk before it is called so
		unsafe = atomicfile.SyncTree(r.dir)
	}
	if err := errors.Join(unsafe, r.save()); err != nil {
		return errors.Join(cause, err)
	}
	if cause != nil {
		return cause
	}
	if err := replace(r.dir, r.final); err != nil {
		return fmt.Errorf("record: the run is complete in %s but could not take its place: %w", r.dir, err)
	}
	r.dir = r.final
	return nil
}

// Update stores a manifest again after artefacts of a finished run changed, as by a redraw.
func Update(dir string, m Manifest) error {
	r := &Run{Manifest: m, dir: dir}
	return r.save()
}

// save writes the manifest with the hashes of the artefacts there are.
func (r *Run) save() error {
	for _, name := range slices.Sorted(maps.Keys(r.Results)) {
		if v := r.Results[name]; v-v != 0 {
			r.Note("%s came out as %g, which is no result", name, v)
			delete(r.Results, name)
		}
	}
	var err error
	if r.Artefacts, err = hashFiles(r.dir); err != nil {
		return err
	}
	text, err := json.MarshalIndent(r.Manifest, "", "  ")
	if err != nil {
		return fmt.Errorf("record: the manifest of %s: %w", r.Name, err)
	}
	err = atomicfile.Write(r.Path(ManifestFile), func(f *os.File) error { _, err := f.Write(append(text, '\n')); return err })
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}
