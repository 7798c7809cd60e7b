package console

import (
	"fmt"
	"io"
	"time"

	"github.com/schollz/progressbar/v3"

	"vapoflow/vapo"
)

// Watch shows a training: a bar on a terminal, a plain line every tenth of it or every ten seconds
// elsewhere.
func (c *Console) Watch(name string, steps int) (observe func(vapo.Progress), done func()) {
	if c.isTerminal() {
		return watchBar(c.Out, name, steps)
	}
	return c.watchLines(name)
}

// smoothed is a loss averaged over the last hundred steps or so.
type smoothed struct {
	value float64
	n     int
}

func (s *smoothed) add(v float64) float64 {
	s.n++
	s.value += (v - s.value) / float64(min(s.n, 100))
	return s.value
}

func watchBar(out io.Writer, name string, steps int) (observe func(vapo.Progress), done func()) {
	var bar *progressbar.ProgressBar
	var loss smoothed
	shown := time.Now()
	observe = func(p vapo.Progress) {
		mean := loss.add(p.Loss)
		if bar == nil { // made at the first step: a model that is loaded shows none
			bar = progressbar.NewOptions(steps, progressbar.OptionSetWriter(out), progressbar.OptionSetWidth(24),
				progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionThrottle(100*time.Millisecond))
			_ = bar.Set(p.Resumed) // a bar that cannot be drawn is no reason to stop
		}
		if time.Since(shown) > 200*time.Millisecond || p.Step == p.Steps {
			bar.Describe(fmt.Sprintf("%s, loss %.4g", name, mean))
			shown = time.Now()
		}
		_ = bar.Set(p.Step)
	}
	done = func() {
		if bar != nil {
			_ = bar.Exit()
			fmt.Fprintln(out)
		}
	}
	return observe, done
}

func (c *Console) watchLines(name string) (observe func(vapo.Progress), done func()) {
	var loss smoothed
	var first vapo.Progress // compiling the step is in its time
	var last time.Time
	tenth := 0
	observe = func(p vapo.Progress) {
		mean := loss.add(p.Loss)
		if last.IsZero() {
			first, last, tenth = p, time.Now(), 10*p.Step/p.Steps
			c.Say("%s: step %d of %d, loss %.4g, built in %.0f s", name, p.Step, p.Steps, p.Loss, p.Seconds)
			return
		}
		now, waited := 10*p.Step/p.Steps, time.Since(last)
		if now > tenth && waited > time.Second || waited > 10*time.Second || p.Step == p.Steps {
			tenth, last = now, time.Now()
			left := (p.Seconds - first.Seconds) / float64(p.Step-first.Step) * float64(p.Steps-p.Step)
			c.Say("%s: step %d of %d (%d %%), loss %.4g, %.0f s, %.0f s left", name, p.Step, p.Steps, 100*p.Step/p.Steps,
				mean, p.Seconds, left)
		}
	}
	return observe, func() {}
}
