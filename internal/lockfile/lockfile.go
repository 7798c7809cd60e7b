// Package lockfile keeps two processes from working in one folder at the same time.
package lockfile

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// ErrBusy is wrapped by the error of a lock that another process holds.
var ErrBusy = errors.New("another process is at work there")

// Lock is a lock that is held. The kernel frees it when its process ends, however that happens.
type Lock struct{ f *os.File }

// Take takes the lock of a file, which it makes where it is missing. Where another holds it, wait nil is an error that wraps
// ErrBusy; else wait is told once who holds it, and Take waits until it is free or ctx is done. Locks are flock's: on NFS they
// hold between processes of Linux 2.6.12 and newer where the server has locking ([Network] tells where to doubt it), else taking
// one is an error; processes on systems without flock, such as Windows, take no lock.
func Take(ctx context.Context, path string, wait func(holder string)) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return nil, err
	}
	told := false
	for {
		free, err := try(f)
		switch {
		case err != nil:
			f.Close()
			return nil, fmt.Errorf("%s: the file system gives no lock: %w", path, err)
		case free:
			note(f)
			return &Lock{f}, nil
		case wait == nil:
			err := fmt.Errorf("%s: %w: %s", path, ErrBusy, holder(path))
			f.Close()
			return nil, err
		case !told:
			wait(holder(path))
			told = true
		}
		select {
		case <-ctx.Done():
			f.Close()
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// note writes who holds the lock into its file; it is for people, so that no error matters.
func note(f *os.File) {
	host, _ := os.Hostname()
	_ = f.Truncate(0)
	_, _ = f.WriteAt(fmt.Appendf(nil, "process %d on %s", os.Getpid(), host), 0)
}

func holder(path string) string {
	text, _ := os.ReadFile(path)
	if len(text) == 0 {
		return "an unnamed process"
	}
	return strings.TrimSpace(string(text))
}

// Free frees the lock. Its file stays: removing it would let two processes hold locks of two files of one name.
func (l *Lock) Free() error { return l.f.Close() }
