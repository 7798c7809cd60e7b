package vapo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/lockfile"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/optimizer"
)

// trainState is the store with the live weights, the optimizer's moments, the EMA and the step counter, and its checkpoints: the
// last two are kept, so that a damaged one costs the steps since the one before.
type trainState struct {
	store    *model.Store
	dir      string // of the checkpoints; "" keeps none
	every    int
	interval time.Duration
	backends []string // that trained so far

	lock    *lockfile.Lock
	last    time.Time  // when a checkpoint was begun
	writing chan error // of the checkpoint that is being written; nil where none is
}

func newTrainState(ctx context.Context, m *Model, id identity, does behaviour, t Training, run Run) (*trainState, error) {
	st := &trainState{store: model.NewStore(), dir: run.Dir, every: run.Every, interval: run.Interval, last: time.Now()}
	if st.interval <= 0 {
		st.interval = time.Minute
	}
	if run.Init != nil {
		var err error
		if st.store, err = copyStore(run.Init, nil); err != nil {
			return nil, err
		}
	}
	if err := st.open(ctx, id, does, run); err != nil {
		st.close()
		return nil, err
	}
	st.store.SetParam(model.ParamInitialSeed, t.Seed+1) // 0 would mean a random seed
	if now := backend.NameOf(m.Backend); st.step() < t.Steps && !slices.Contains(st.backends, now) {
		if st.step() > 0 && len(st.backends) > 0 {
			run.say("resumed on backend %s at step %d of a training begun on %s: its weights will differ in the last digits "+
				"from those of one backend",
				now, st.step(), strings.Join(st.backends, " and "))
		}
		st.backends = append(st.backends, now)
	}
	return st, nil
}

// open makes the folder, takes its lock and reads the newest whole checkpoint that there is to resume. Damaged ones are set
// aside.
func (st *trainState) open(ctx context.Context, id identity, does behaviour, run Run) (err error) {
	if st.dir == "" {
		return nil
	}
	if err := atomicfile.MkdirAll(st.dir); err != nil {
		return fmt.Errorf("vapo: the folder for checkpoints: %w", err)
	}
	if !run.locked {
		if st.lock, err = run.take(ctx); err != nil {
			return err
		}
	}
	atomicfile.Sweep(st.dir)
	if run.Resume && (exists(filepath.Join(st.dir, checkpointFile)) || exists(filepath.Join(st.dir, previousFile))) {
		err := id.compare(st.dir, does, run.locked)
		if unusable(err) {
			err = run.trainAnew(err, checkpointFile, previousFile)
		}
		if err != nil {
			return err
		}
	}
	if !run.Resume { // before the identity is that of this training: it would make good those of another
		for _, file := range []string{checkpointFile, previousFile} {
			if err := os.Remove(filepath.Join(st.dir, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("vapo: removing the checkpoint of the training before: %w", err)
			}
		}
	}
	if err := id.write(st.dir, does); err != nil {
		return err
	}
	for _, file := range []string{checkpointFile, previousFile} {
		path := filepath.Join(st.dir, file)
		if !exists(path) {
			continue
		}
		store, said, err := loadStore(path)
		if err == nil {
			st.store, st.backends = store, said.Backends
			return nil
		}
		if !errors.Is(err, ErrDamaged) {
			return fmt.Errorf("%w; delete the file to train without it", err)
		}
		aside, asideErr := setAside(st.dir, "damaged", file)
		if asideErr != nil {
			return errors.Join(err, asideErr)
		}
		run.say("%v: set aside as %s", err, aside)
	}
	return nil
}

func (st *trainState) step() int { return optimizer.Step(st.store) }

// passed begins a checkpoint where it is time for one after a step. The step waits for the copy of the weights, not for the disk:
// one checkpoint is written at a time, and what falls due meanwhile is left out.
func (st *trainState) passed(step int) error {
	due := st.every > 0 && step%st.every == 0 || time.Since(st.last) >= st.interval
	if st.dir == "" || !due {
		return nil
	}
	select {
	case err := <-st.writing:
		if st.writing = nil; err != nil {
			return err
		}
	default:
		if st.writing != nil {
			return nil
		}
	}
	st.last = time.Now()
	frozen, err := copyStore(st.store, nil)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	st.writing = done
	go func() { done <- st.write(frozen) }()
	return nil
}

// save writes a checkpoint and waits for it.
func (st *trainState) save() error {
	if st.dir == "" {
		return nil
	}
	if err := st.settle(); err != nil {
		return err
	}
	return st.write(st.store)
}

// settle waits for the checkpoint that is being written.
func (st *trainState) settle() error {
	if st.writing == nil {
		return nil
	}
	err := <-st.writing
	st.writing = nil
	return err
}

// write writes a checkpoint; the newest becomes the one before it.
func (st *trainState) write(store *model.Store) error {
	path := filepath.Join(st.dir, checkpointFile)
	next := path + ".next"
	err := saveStore(store, next, st.backends)
	if err == nil {
		err = atomicfile.Move(path, filepath.Join(st.dir, previousFile))
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		err = atomicfile.Rename(next, path)
	}
	if err != nil {
		return fmt.Errorf("vapo: saving the checkpoint: %w", err)
	}
	return nil
}

func (st *trainState) close() {
	_ = st.settle() // its error matters no more: the training ended by itself or by another error
	if st.lock != nil {
		st.lock.Free()
	}
}

func (st *trainState) interrupted(step int, cause error) error {
	if err := st.save(); err != nil {
		return err
	}
	if st.dir == "" {
		return fmt.Errorf("vapo: training stopped at step %d: %w", step, cause)
	}
	return fmt.Errorf("vapo: training stopped at step %d, saved in %s: %w", step, filepath.Join(st.dir, checkpointFile), cause)
}

// take takes the lock of run.Dir, or waits for it.
func (run Run) take(ctx context.Context) (*lockfile.Lock, error) {
	wait := func(holder string) { run.say("waiting for %s, which trains in %s", holder, run.Dir) }
	if run.NoWait {
		wait = nil
	}
	lock, err := lockfile.Take(ctx, filepath.Join(run.Dir, lockFile), wait)
	if err != nil {
		return nil, fmt.Errorf("vapo: the model's folder: %w", err)
	}
	return lock, nil
}

func (run Run) say(format string, args ...any) {
	if run.Say != nil {
		run.Say(fmt.Sprintf(format, args...))
	}
}
