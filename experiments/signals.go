package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"vapoflow/vapo"
)

// stopped is the cause of a context that a signal cancelled.
type stopped struct{ syscall.Signal }

func (s stopped) Error() string { return s.Signal.String() }

// code is what a shell gives for a process that the signal ended: 130 of SIGINT, 143 of SIGTERM, 129 of SIGHUP.
func (s stopped) code() int { return 128 + int(s.Signal) }

// untilSignal cancels its context at the first SIGINT, SIGTERM or, outside nohup, SIGHUP, and ends the process at the second.
func untilSignal(stderr io.Writer) (ctx context.Context, free func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	caught := make(chan os.Signal, 2)
	signal.Notify(caught, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) {
		signal.Notify(caught, syscall.SIGHUP)
	}
	go func() {
		first, ok := (<-caught).(syscall.Signal)
		if !ok { // freed
			return
		}
		cancel(stopped{first})
		fmt.Fprintf(stderr, "experiments: stopping (%s); a second signal ends at once\n", first)
		if second, ok := (<-caught).(syscall.Signal); ok {
			os.Exit(stopped{second}.code())
		}
	}()
	return ctx, func() { signal.Stop(caught); close(caught); cancel(nil) }
}

// unsaved tells whether a training has taken steps that its checkpoint lacks.
type unsaved struct{ atomic.Bool }

// watch marks a training from its first step here until it is done or has saved itself.
func (u *unsaved) watch(observe func(vapo.Progress), done func()) (func(vapo.Progress), func()) {
	return func(p vapo.Progress) { u.Store(true); observe(p) }, func() { u.Store(false); done() }
}

// watchUnsaved shows a training, which a signal lets save itself.
func (a *app) watchUnsaved(name string, steps int) (observe func(vapo.Progress), done func()) {
	return a.unsaved.watch(a.Watch(name, steps))
}

// patience is how long a command may take to end by itself after a signal, where no training has to be saved.
const patience = 900 * time.Millisecond

// await returns when the command has ended, or a while after a signal where it does not: it may be within a fit, a metric, a drawing or
// the compiler, which nothing stops and which leave nothing that is half written.
func (u *unsaved) await(ctx context.Context, ended <-chan struct{}) {
	select {
	case <-ended:
		return
	case <-ctx.Done():
	}
	for left := patience; left > 0; left -= patience / 20 {
		if u.Load() {
			left = patience
		}
		select {
		case <-ended:
			return
		case <-time.After(patience / 20):
		}
	}
}
