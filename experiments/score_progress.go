package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
)

// count shows how many of a number of things are done: a bar on a terminal, a plain line every tenth of it, at most one a
// second, or every ten seconds elsewhere.
func (a *app) count(name string) func(done, total int) {
	var bar *progressbar.ProgressBar
	start := time.Now()
	last, tenth := start, 0
	return func(done, total int) {
		if isTerminal(a.out) {
			if bar == nil {
				bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(a.out), progressbar.OptionSetDescription(name),
					progressbar.OptionSetWidth(24), progressbar.OptionShowCount(), progressbar.OptionShowIts())
			}
			_ = bar.Set(done) // a bar that cannot be drawn is no reason to stop
			if done == total {
				fmt.Fprintln(a.out)
			}
			return
		}
		now, waited := 10*done/total, time.Since(last)
		if now > tenth && waited > time.Second || waited > 10*time.Second || done == total {
			tenth, last = now, time.Now()
			seconds := time.Since(start).Seconds()
			a.say("%s: %d of %d (%d %%), %.0f s, %.0f s left", name, done, total, 100*done/total, seconds, seconds/float64(max(1, done))*float64(total-done))
		}
	}
}
