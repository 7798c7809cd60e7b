package browser

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

const deskCell = `import (
	"context"

	"vapoflow/notebooks/desk"
	"vapoflow/vapo"
)

func swept() []*vapo.Model {
	c := vapo.DefaultConfig()
	c.Steps, c.Width, c.Depth = 200, 32, 2
	return desk.Must(desk.Sweep(desk.Context(), c, nil, desk.Vary("learning_rate", 1e-3, 3e-3)))
}

%%
desk.Curves(swept()...)`

const (
	sliderCell = "%%\ndesk.Slide(\"s\", 0.05, 0.95, desk.Fields(swept()[0]))"
	knob       = `document.querySelector('.jp-OutputArea-output input[type=range]')`
	picture    = `[...document.querySelectorAll('.jp-OutputArea-output img')].at(-1)`
)

// move drags the slider to a value, as the browser tells it.
func move(value float64) string {
	return fmt.Sprintf(`(() => { const k = %s; k.value = %g; k.dispatchEvent(new Event('input')); return 1 })()`, knob, value)
}

// TestDesk: a sweep shows its table and curves; a slider moves its figure within the cell, Done ends it and the next cell runs; completion knows desk.
func TestDesk(t *testing.T) {
	chromium(t)
	l := startLab(t)
	writeNotebook(t, filepath.Join(l.folder, "desk.ipynb"), notebookOf("%noautoget", deskCell, sliderCell, "import \"fmt\"\n\n%%\nfmt.Println(\"after the slider\")", ""))
	n := openIn(t, l, "desk.ipynb")
	n.runAll()
	n.wait(8*time.Minute, "the sweep is there", `/learning_rate=0.003/.test(`+said+`) && `+figures+` > 0`)
	n.show("desk-1-sweep", `document.querySelector('.jp-OutputArea-output img')`)
	n.wait(4*time.Minute, "the slider is there with its figure", knob+` && `+figures+` > 1`)
	n.show("desk-2-slider", picture)
	for i, value := range []float64{0.2, 0.6, 0.9} {
		before := eval[string](n.page, picture+".src")
		n.do(chromedp.Evaluate(move(value), nil))
		start := time.Now()
		n.wait(20*time.Second, "the figure follows", fmt.Sprintf(`%s.src != %q`, picture, before))
		t.Logf("move %d to figure: %v", i, time.Since(start))
	}
	n.show("desk-3-moved", picture)
	if fine := eval[float64](n.page, picture+`.naturalWidth / `+picture+`.width`); math.Abs(fine-2) > 0.01 {
		t.Errorf("the figure has %g pixels to one of the page, want 2", fine)
	}
	n.do(chromedp.Click(`.jp-OutputArea-output button`, chromedp.ByQuery))
	n.wait(time.Minute, "the slider has ended and the next cell has run", `/s = 0.9; run the cell again/.test(`+said+`) && /after the slider/.test(`+said+`) && `+idle)
	n.show("desk-4-done", picture)

	const done = `/s = 0.5; run the cell again/.test(` + said + `) && ` + idle
	n.focus(2)
	n.do(chromedp.KeyEvent(kb.Enter, chromedp.KeyModifiers(input.ModifierCtrl)))
	n.wait(time.Minute, "the slider is there again", knob)
	n.do(chromedp.Sleep(2*time.Second), chromedp.Click(`.jp-Notebook`, chromedp.ByQuery), chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("i"), chromedp.KeyEvent("i"))
	n.wait(time.Minute, "an interrupt ends it", done)
	if eval[bool](n.page, "!!"+failed) {
		t.Error("an interrupted slider is an error")
	}
	n.focus(4)
	const offered = `document.querySelector('.jp-Completer')?.textContent.includes('Scatter')`
	n.do(chromedp.KeyEvent("%%"), chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent("desk.Sca"))
	for range 4 { // the first answer may be an error, while gopls loads
		n.do(chromedp.Sleep(time.Second), chromedp.KeyEvent(kb.Tab))
		for start := time.Now(); time.Since(start) < 12*time.Second && !eval[bool](n.page, "!!"+offered); time.Sleep(200 * time.Millisecond) {
		}
		if eval[bool](n.page, "!!"+offered) {
			break
		}
	}
	n.wait(time.Second, "desk.Scatter is offered", offered)
	n.shot("desk-5-completed")
	n.do(chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent("("), chromedp.Sleep(time.Second), chromedp.KeyEvent(kb.Tab, chromedp.KeyModifiers(input.ModifierShift)))
	n.wait(30*time.Second, "desk.Scatter is explained", `document.querySelector('.jp-Tooltip')?.textContent.includes('shows points of the plane')`)
	n.shot("desk-6-explained")
}

// focus puts the cursor into the code cell of that number.
func (n notebook) focus(cell int) {
	n.Helper()
	n.do(chromedp.Evaluate(fmt.Sprintf(`document.querySelectorAll('.jp-CodeCell .cm-content')[%d].focus()`, cell), nil), chromedp.Sleep(time.Second))
}
