package desk

import (
	"fmt"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// patience is how long a cell works without a word.
const patience = 2 * time.Second

// waiting shows how far the cell's work is, once it has taken two seconds: a bar that is gone at the end. The zero value waits
// for the first.
type waiting struct {
	mu    sync.Mutex
	show  func(page string) // in place of what was shown before
	works bool
	began time.Time
	shown time.Time // when the bar was, last
	done  float64
}

// newWaiting shows in a notebook that somebody sees, nowhere else.
func newWaiting() *waiting {
	if headless() || !gonbui.IsNotebook {
		return &waiting{show: func(string) {}}
	}
	id := "waiting_" + gonbui.UniqueId()
	return &waiting{show: func(page string) { gonbui.UpdateHTML(id, page) }}
}

// report takes the share that is done. One that falls back is of work that begins anew, or of a device that is behind the others.
func (w *waiting) report(done float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case !w.works || done == 0 && w.shown.IsZero():
		w.works, w.began, w.done = true, time.Now(), done
		time.AfterFunc(patience, w.late)
		return
	case done < w.done:
		return
	}
	if w.done = done; done >= 1 {
		if !w.shown.IsZero() {
			w.show("")
		}
		w.works, w.shown = false, time.Time{}
		return
	}
	w.draw()
}

// late shows the bar of work that has told nothing since it began: it compiles, or its steps are long.
func (w *waiting) late() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.works {
		w.draw()
	}
}

func (w *waiting) draw() {
	took := time.Since(w.began)
	if took < patience || time.Since(w.shown) < redrawn {
		return
	}
	w.shown = time.Now()
	words := "building what computes"
	if w.done > 0 {
		words = fmt.Sprintf("%.0f %%, %s left", 100*w.done, time.Duration(float64(took)*(1-w.done)/w.done).Round(time.Second))
	}
	w.show(fmt.Sprintf(`<progress value="%.3f" max="1" style="width:360px"></progress> %s`, w.done, words))
}
