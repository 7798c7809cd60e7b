package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"

	"vapoflow/internal/atomicfile"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// failOnce lets each operation on the disk fail once.
func failOnce(ctx context.Context, dir string, _ int, tell func(int)) outcome {
	return failing(ctx, dir, tell, func(now, at int64) bool { return now == at })
}

// failFrom lets each operation on the disk be the last that succeeds, as in a machine whose disk has gone.
func failFrom(ctx context.Context, dir string, _ int, tell func(int)) outcome {
	return failing(ctx, dir, tell, func(now, at int64) bool { return now >= at })
}

// failing trains once for every operation, with those failing that fails says, until a training has fewer operations.
func failing(ctx context.Context, dir string, tell func(int), fails func(now, at int64) bool) (o outcome) {
	told := 0
	for at := int64(1); ctx.Err() == nil; at++ {
		folder := filepath.Join(dir, fmt.Sprint(at))
		if err := os.MkdirAll(folder, 0o777); err != nil {
			o.fail("%v", err)
			return o
		}
		var now atomic.Int64
		var failed atomic.Bool
		atomicfile.Fault = func(operation, path string) error {
			if !fails(now.Add(1), at) {
				return nil
			}
			failed.Store(true)
			return &os.PathError{Op: operation, Path: path, Err: syscall.EIO}
		}
		_, _, err := train(ctx, folder, 60, nil)
		atomicfile.Fault = nil
		if !failed.Load() {
			break
		}
		o.count++
		switch {
		case errors.Is(err, syscall.EIO):
			told++
		case err != nil:
			o.fail("operation %d: the error of the disk became %v", at, err)
		}
		o.recovers(ctx, folder, fmt.Sprintf("operation %d failed", at))
		os.RemoveAll(folder)
		tell(o.count)
	}
	o.seen = fmt.Sprintf("%d told, %d without effect; all resumed to the same weights", told, o.count-told)
	return o
}

// damaged damages a file of a finished entry, or a checkpoint of an unfinished one, count times, and loads what is left of it.
func damaged(ctx context.Context, dir string, count int, tell func(int), damage func(rng *rand.Rand, content []byte) []byte) (o outcome) {
	whole, want, err := train(ctx, filepath.Join(dir, "whole"), 1000, nil)
	if err != nil {
		o.fail("%v", err)
		return o
	}
	stopped, stop := context.WithCancel(ctx)
	_, _, err = train(stopped, filepath.Join(dir, "stopped"), 50, func(p vapo.Progress) {
		if p.Step == 120 {
			stop()
		}
	})
	checkpoints, _ := filepath.Glob(filepath.Join(dir, "stopped", "*", "checkpoint*.npz"))
	if len(checkpoints) != 2 {
		o.fail("no two checkpoints, %v: %v", checkpoints, err)
		return o
	}
	state, err := vapo.LoadWeights(checkpoints[1])
	if err != nil {
		o.fail("%v", err)
		return o
	}
	wantState, _ := vapo.WeightsSHA256(state)
	rng, told, harmless := rand.New(rand.NewPCG(2, 0)), 0, 0
	files := []string{filepath.Join(whole.Dir, "weights.npz"), filepath.Join(whole.Dir, "model.json"), checkpoints[1]}
	for ; o.count < count && ctx.Err() == nil; o.count++ {
		path := files[o.count%len(files)]
		content, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(path, damage(rng, bytes.Clone(content)), 0o666)
		}
		if err != nil {
			o.fail("%v", err)
			return o
		}
		same, err := true, error(nil)
		if path == checkpoints[1] {
			if state, err = vapo.LoadWeights(path); err == nil {
				hash, _ := vapo.WeightsSHA256(state)
				same = hash == wantState
			}
		} else if m, loadErr := vapo.Load(backend.Host(), whole.Dir); loadErr == nil {
			hash, _ := vapo.WeightsSHA256(m.Store)
			same = hash == want && m.Config == whole.Config
		} else {
			err = loadErr
		}
		switch {
		case err != nil:
			told++
		case same:
			harmless++
		default:
			o.fail("damage %d of %s is silent", o.count, filepath.Base(path))
		}
		if err := os.WriteFile(path, content, 0o666); err != nil {
			o.fail("%v", err)
			return o
		}
		tell(o.count)
	}
	o.seen = fmt.Sprintf("%d told, %d without effect, %d silent", told, harmless, len(o.failed))
	return o
}

func flips(ctx context.Context, dir string, count int, tell func(int)) outcome {
	return damaged(ctx, dir, count, tell, func(rng *rand.Rand, content []byte) []byte {
		bit := rng.IntN(8 * len(content))
		content[bit/8] ^= 1 << (bit % 8)
		return content
	})
}

func truncations(ctx context.Context, dir string, count int, tell func(int)) outcome {
	return damaged(ctx, dir, count, tell, func(rng *rand.Rand, content []byte) []byte { return content[:rng.IntN(len(content))] })
}
