package record

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/lockfile"
	"vapoflow/internal/sealed"

	"github.com/gomlx/gomlx/core/tensors"
)

// Run is a run while it works. Its methods are for one goroutine.
type Run struct {
	Manifest
	dir   string // where it works
	final string // where it goes when done
	lock  *lockfile.Lock
}

// partialSuffix marks the folder of a run that has not ended well.
const partialSuffix = ".partial"

// metricsFile is the log of a run.
const metricsFile = "metrics.jsonl"

// oldSuffix marks a run that is being replaced.
const oldSuffix = ".old"

// Create begins a run called m.Name below the folder runs. A leftover of an earlier attempt is
// removed; a finished run of that name stays until this one is done. Where another process runs it, the error wraps [ErrBusy].
func Create(runs string, m Manifest) (*Run, error) {
	return CreateWhenFree(context.Background(), runs, m, nil)
}

// CreateWhenFree is [Create] that waits for another process which runs it, after wait was told who that is.
func CreateWhenFree(ctx context.Context, runs string, m Manifest, wait func(holder string)) (*Run, error) {
	if m.Name == "" || m.Name != filepath.Base(m.Name) {
		return nil, fmt.Errorf("record: a run cannot be called %q: its name is that of a folder", m.Name)
	}
	if err := atomicfile.MkdirAll(runs); err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	final := resolved(filepath.Join(runs, m.Name))
	r := &Run{Manifest: m, dir: final + partialSuffix, final: final}
	var err error
	if r.lock, err = lock(ctx, final, wait); err != nil {
		return nil, err
	}
	if err := r.begin(); err != nil {
		r.lock.Free()
		return nil, err
	}
	return r, nil
}

func (r *Run) begin() error {
	if _, err := os.Lstat(r.final); errors.Is(err, fs.ErrNotExist) { // the power went while it was replaced
		if err := os.Rename(r.final+oldSuffix, r.final); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("record: %w", err)
		}
	}
	if err := os.RemoveAll(r.dir); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if err := atomicfile.MkdirAll(r.dir); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	r.Schema, r.Status, r.Started = SchemaVersion, Running, time.Now().UTC().Truncate(time.Second)
	r.Versions, r.Hardware = Program(), Machine()
	r.Results = map[string]float64{}
	return r.save()
}

// resolved is the folder that a link names, so that a run which lies elsewhere is replaced there; else dir.
func resolved(dir string) string {
	if to, err := filepath.EvalSymlinks(dir); err == nil {
		return to
	}
	return dir
}

// ErrBusy is wrapped by the error of a run at which another process is at work.
var ErrBusy = lockfile.ErrBusy

// lock takes the lock of a run's folder, which lies beside it: the folder itself is replaced.
func lock(ctx context.Context, dir string, wait func(holder string)) (*lockfile.Lock, error) {
	l, err := lockfile.Take(ctx, filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".lock"), wait)
	if err != nil {
		return nil, fmt.Errorf("record: the run %s: %w", filepath.Base(dir), err)
	}
	return l, nil
}

// Dir is the folder the run works in. It changes when the run is closed.
func (r *Run) Dir() string { return r.dir }

// Path is where an artefact of the given name goes.
func (r *Run) Path(name string) string { return filepath.Join(r.dir, name) }

// Note adds a sentence that a reader must know to judge the results, once.
func (r *Run) Note(format string, args ...any) {
	if note := fmt.Sprintf(format, args...); note != "" && !slices.Contains(r.Notes, note) {
		r.Notes = append(r.Notes, note)
	}
}

// Arrays writes named arrays as an .npz artefact.
func (r *Run) Arrays(name string, arrays map[string]*tensors.Tensor) error {
	return WriteArrays(r.Path(name), arrays)
}

// Metrics writes entries as metrics.jsonl, one JSON object per line.
func Metrics[T any](r *Run, entries []T) error {
	return atomicfile.Write(r.Path(metricsFile), func(f *os.File) error {
		lines := json.NewEncoder(f)
		for _, entry := range entries {
			if err := lines.Encode(entry); err != nil {
				return err
			}
		}
		return nil
	})
}

// ReadMetrics reads what [Metrics] wrote to a run's folder.
func ReadMetrics[T any](dir string) (entries []T, err error) {
	f, err := os.Open(filepath.Join(dir, metricsFile))
	if err != nil {
		return nil, fmt.Errorf("record: %w", err)
	}
	defer f.Close()
	for lines := json.NewDecoder(f); lines.More(); {
		var entry T
		if err := lines.Decode(&entry); err != nil {
			return nil, fmt.Errorf("record: %s: entry %d: %w", f.Name(), len(entries)+1, err)
		}
		entries = append(entries, entry)
	}
	return entries, nil
}

// Do does the run's work and closes the run by how that ends ([Run.Close]). A panic is a failure like others: whoever reads the
// record sees it, what comes after this run is run, and the stack is kept as panic.txt.
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
	defer r.lock.Free()
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

// Redraw has the figures of a finished run drawn again and stores its manifest. What else the run holds must be as its manifest
// says: a new hash would make good whatever damaged it.
func Redraw(dir string, draw func(m *Manifest) error) error {
	l, err := lock(context.Background(), resolved(dir), nil)
	if err != nil {
		return err
	}
	defer l.Free()
	m, err := Read(dir)
	if err != nil {
		return err
	}
	if err := (Stored{dir, m}).WithoutFigures().Check(true); err != nil {
		return err
	}
	m.Figures = nil
	if err := draw(&m); err != nil {
		return err
	}
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
	if r.Artefacts, r.Sizes, err = hashFiles(r.dir); err != nil {
		return err
	}
	m := r.Manifest
	m.Seal = sealed.Open
	text, err := sealed.Marshal(m)
	if err != nil {
		return fmt.Errorf("record: the manifest of %s: %w", r.Name, err)
	}
	if err := WriteFile(r.Path(ManifestFile), text); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}
