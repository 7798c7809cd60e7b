// Package progress carries along a context how much of a piece of work is done, to whoever waits for it.
package progress

import "context"

// key is that of a context's sink.
type key struct{}

// sink takes the share of work between from and to of the whole.
type sink struct {
	report   func(done float64)
	from, to float64
}

// With is a context whose work tells report the share of it that is done, from 0 to 1, from several goroutines where it is shared.
func With(ctx context.Context, report func(done float64)) context.Context {
	return context.WithValue(ctx, key{}, sink{report, 0, 1})
}

// Part is the context of piece i of n that a work consists of.
func Part(ctx context.Context, i, n int) context.Context {
	s, ok := ctx.Value(key{}).(sink)
	if !ok {
		return ctx
	}
	size := (s.to - s.from) / float64(n)
	return context.WithValue(ctx, key{}, sink{s.report, s.from + float64(i)*size, s.from + float64(i+1)*size})
}

// Report tells which share of the context's work is done.
func Report(ctx context.Context, done float64) {
	if s, ok := ctx.Value(key{}).(sink); ok {
		s.report(s.from + done*(s.to-s.from))
	}
}
