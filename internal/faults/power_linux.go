package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vapoflow/vapo"
)

// command runs a program of the system.
func command(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, out)
	}
	return nil
}

// space trains in a file system of a few pages, and resumes when it has grown.
func space(ctx context.Context, dir string, count int, tell func(int)) (o outcome) {
	full := 0
	for o.count < count && ctx.Err() == nil {
		folder := filepath.Join(dir, fmt.Sprint(o.count))
		err := os.Mkdir(folder, 0o777)
		if err == nil {
			err = command("mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dk", 4*(1+o.count)), "tmpfs", folder)
		}
		if err != nil {
			o.skipped = "no tmpfs can be mounted: " + err.Error()
			return o
		}
		_, _, err = train(ctx, folder, 20, nil)
		switch {
		case errors.Is(err, syscall.ENOSPC):
			full++
		case err != nil:
			o.fail("%d kB: %v", 4*(1+o.count), err)
		}
		if err := command("mount", "-o", "remount,size=4m", folder); err != nil {
			o.fail("%v", err)
		}
		o.recovers(ctx, folder, fmt.Sprintf("grown from %d kB", 4*(1+o.count)))
		if err := command("umount", folder); err != nil {
			o.fail("%v", err)
		}
		o.count++
		tell(o.count)
	}
	o.seen = fmt.Sprintf("%d found no space and said so, %d had enough; all resumed to the same weights", full, o.count-full)
	return o
}

// disk is an ext4 file system in a file.
type disk struct{ image, folder string }

func newDisk(dir, options string) (disk, error) {
	d := disk{filepath.Join(dir, "disk.img"), filepath.Join(dir, "disk")}
	f, err := os.Create(d.image)
	if err == nil {
		err = errors.Join(f.Truncate(24<<20), f.Close(), os.MkdirAll(d.folder, 0o777))
	}
	if err == nil {
		err = command("mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=0,lazy_journal_init=0", d.image)
	}
	if err == nil {
		err = d.mount(options)
	}
	return d, err
}

func (d disk) mount(options string) error { return command("mount", "-o", options, d.image, d.folder) }

// cut is what a power cut leaves of the disk: what its image holds at the moment, and not what the system had still to write to
// it.
func (d disk) cut(dir string) (disk, error) {
	content, err := os.ReadFile(d.image)
	if err != nil {
		return disk{}, err
	}
	left := disk{filepath.Join(dir, "left.img"), filepath.Join(dir, "left")}
	return left, errors.Join(os.WriteFile(left.image, content, 0o666), os.MkdirAll(left.folder, 0o777))
}

// cuts cuts the power of trainings, half of them just after a child has said that it is done and the others at any moment before.
func cuts(ctx context.Context, dir string, count int, tell func(int)) (o outcome) {
	rng, after := rand.New(rand.NewPCG(3, 0)), 0
	for _, options := range []string{"loop,data=ordered", "loop,noauto_da_alloc"} {
		d, err := newDisk(dir, options)
		if err != nil {
			o.skipped = "no loop device with ext4 can be mounted: " + err.Error()
			return o
		}
		for n := 0; n < count/2 && ctx.Err() == nil; n++ {
			what := fmt.Sprintf("cut %d, %s", n, options)
			root := fmt.Sprint(n)
			done, err := d.trainAndCut(dir, root, n%2 == 0, rng)
			if err == nil {
				err = d.after(ctx, &o, dir, root, options, what, done)
			}
			if err != nil {
				o.fail("%s: %v", what, err)
			}
			if o.count++; done {
				after++
			}
			tell(o.count)
			os.RemoveAll(filepath.Join(d.folder, root))
		}
		if err := command("umount", d.folder); err != nil {
			o.fail("%v", err)
			return o
		}
	}
	o.seen = fmt.Sprintf("%d models called done and %d trainings in the middle; %d found whole or resumed to the same weights",
		after, o.count-after, o.count-len(o.failed))
	return o
}

// trainAndCut lets a child train and cuts the power: when it is done, or at a random moment. It tells which it was.
func (d disk) trainAndCut(dir, root string, whenDone bool, rng *rand.Rand) (done bool, err error) {
	c, err := startChild(filepath.Join(d.folder, root))
	if err != nil {
		return false, err
	}
	defer func() { c.Process.Kill(); c.Wait() }()
	c.toStep()
	if whenDone {
		done = c.toDone()
	} else {
		time.Sleep(time.Duration(rng.Float64() * float64(300*time.Millisecond)))
		c.Process.Signal(syscall.SIGSTOP) // so that the copy is of one moment
	}
	_, err = d.cut(dir)
	return done, err
}

// after mounts what the cut left. A model that was called done must be there; else the training is resumed.
func (d disk) after(ctx context.Context, o *outcome, dir, root, options, what string, done bool) error {
	left := disk{filepath.Join(dir, "left.img"), filepath.Join(dir, "left")}
	if err := left.mount(options); err != nil {
		return err
	}
	defer command("umount", left.folder)
	folder := filepath.Join(left.folder, root)
	if done {
		steps := 0
		m, _, err := train(ctx, folder, 1000, func(vapo.Progress) { steps++ })
		if err != nil || !m.Loaded {
			return fmt.Errorf("a model that was called done is lost (%v, %d steps trained again)", err, steps)
		}
	}
	o.recovers(ctx, folder, what)
	return nil
}
