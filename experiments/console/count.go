package console

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"
)

// Count shows how many of a number of things are done: a bar on a terminal, a plain line every tenth of it, at most one a
// second, or every ten seconds elsewhere.
func (c *Console) Count(name string) func(done, total int) {
	var bar *progressbar.ProgressBar
	start := time.Now()
	last, tenth := start, 0
	return func(done, total int) {
		if c.isTerminal() {
			if bar == nil {
				bar = progressbar.NewOptions(total, progressbar.OptionSetWriter(c.Out), progressbar.OptionSetDescription(name),
					progressbar.OptionSetWidth(24), progressbar.OptionShowCount(), progressbar.OptionShowIts())
			}
			_ = bar.Set(done) // a bar that cannot be drawn is no reason to stop
			if done == total {
				fmt.Fprintln(c.Out)
			}
			return
		}
		now, waited := 10*done/total, time.Since(last)
		if now > tenth && waited > time.Second || waited > 10*time.Second || done == total {
			tenth, last = now, time.Now()
			seconds := time.Since(start).Seconds()
			c.Say("%s: %d of %d (%d %%), %.0f s, %.0f s left", name, done, total, 100*done/total, seconds,
				seconds/float64(max(1, done))*float64(total-done))
		}
	}
}

// Meter shows a download: a bar on a terminal, a line every ten seconds elsewhere.
func (c *Console) Meter(name string) func(done, total int64) {
	var bar *progressbar.ProgressBar
	var last time.Time
	return func(done, total int64) {
		if c.isTerminal() {
			if bar == nil {
				bar = progressbar.DefaultBytes(total, name)
			}
			_ = bar.Set64(done) // a bar that cannot be drawn is no reason to stop
			return
		}
		if time.Since(last) > 10*time.Second || done == total {
			last = time.Now()
			c.Say("%s: %.1f of %.1f MB", name, float64(done)/1e6, float64(total)/1e6)
		}
	}
}
