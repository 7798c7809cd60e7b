package browser

import (
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A notebook is one that is open in JupyterLab.
type notebook struct {
	*page
	lab
}

// What the tests look for in the page, as JavaScript. Of cells out of sight there is textContent, but no innerText.
const (
	idle    = `document.querySelector('#jp-main-statusbar').innerText.includes('Go (VAPO) | Idle')`
	said    = `[...document.querySelectorAll('.jp-OutputArea-output')].map(o => o.textContent).join('\n')`
	waiting = `[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].some(p => p.textContent.includes('*'))`
	ran     = `[...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')].every(p => /\[\d+\]/.test(p.textContent))`
	figures = `[...document.querySelectorAll('.jp-OutputArea-output img')].filter(i => i.naturalWidth > 300).length`
	trained = `document.querySelector('.jp-OutputArea-output progress')`
	loaded  = `/loaded, trained/.test(` + said + `) && !` + trained
	failed  = `document.querySelector('.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.error"], ` +
		`.jp-OutputArea-output[data-mime-type="application/vnd.jupyter.stderr"]')`
)

// openFigure1 opens Figure 1's notebook; see copyFigure1.
func openFigure1(t *testing.T, preset, last string) notebook {
	chromium(t)
	l := startLab(t)
	copyFigure1(t, filepath.Join(l.folder, "fig1.ipynb"), preset, last)
	return openIn(t, l, "fig1.ipynb")
}

// openIn opens a notebook of the lab's folder and waits for its kernel.
func openIn(t *testing.T, l lab, name string) notebook {
	n := notebook{open(t, 1400, 1000), l}
	n.do(chromedp.Navigate("http://" + n.host + "/lab/tree/" + name + "?token=" + n.token))
	n.wait(2*time.Minute, "the notebook is open", `document.querySelector('.jp-CodeCell')`)
	n.until(2*time.Minute, "the kernel is connected", func() bool { // its status is unknown until it has run something
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.heard
	})
	n.do(chromedp.Sleep(2 * time.Second))
	return n
}

// runAll chooses Run, Run All Cells in the menu.
func (n notebook) runAll() {
	n.Helper()
	n.do(chromedp.Click(`//div[contains(@class, "lm-MenuBar-itemLabel") and text()="Run"]`, chromedp.BySearch))
	const item = `document.querySelector('.lm-Menu-item[data-command="runmenu:run-all"]')`
	n.wait(10*time.Second, "the menu is open", item)
	at := eval[struct{ X, Y, Width, Height float64 }](n.page, item+`.getBoundingClientRect().toJSON()`)
	x, y := at.X+at.Width/2, at.Y+at.Height/2
	n.do(chromedp.MouseEvent(input.MouseMoved, x, y), chromedp.MouseClickXY(x, y)) // a menu follows the pointer
	n.do(chromedp.Evaluate(`document.querySelector('.jp-CodeCell').scrollIntoView()`, nil))
	n.wait(60*time.Second, "the cells are queued", waiting)
}

// output is the first output with the given words.
func output(words string) string {
	return fmt.Sprintf(`[...document.querySelectorAll('.jp-OutputArea-output')].find(o => o.textContent.includes(%q))`, words)
}

// show brings an element to the lower end of the window and keeps a picture.
func (n notebook) show(name, element string) {
	n.Helper()
	n.do(chromedp.Evaluate(element+`.scrollIntoView({block: 'end'})`, nil), chromedp.Sleep(time.Second))
	n.shot(name)
}

// TestFigure1: all cells run, the figure appears, and at the second time the model is loaded, not trained.
func TestFigure1(t *testing.T) {
	n := openFigure1(t, "smoke", "")
	n.shot("lab-1-open")
	n.runAll()
	n.wait(8*time.Minute, "all cells have run", ran+` && `+idle)
	if eval[bool](n.page, "!!"+failed) {
		n.shot("lab-2-failed")
		t.Fatalf("a cell failed: %s", eval[string](n.page, said))
	}
	n.wait(10*time.Second, "a figure is shown", figures+" > 0")
	n.show("lab-2-figure", `document.querySelector('.jp-OutputArea-output img')`)
	n.runAll()
	n.wait(8*time.Minute, "all cells have run again", ran+` && `+idle)
	n.wait(10*time.Second, "the model is loaded, not trained", loaded)
	n.show("lab-3-loaded", output("loaded, trained"))
	n.onlyFrom(n.host)
}

// TestInterrupt: pressing i twice stops a training, which keeps its checkpoint; run again, it goes on from there to the end; and the
// third time it is loaded. The training cell is the last one, because GoNB does not drop the cells that wait behind an interrupted one.
func TestInterrupt(t *testing.T) {
	n := openFigure1(t, "quick", "func trained()")
	n.runAll()
	n.wait(8*time.Minute, "a training is under way", `+/step (\d+) of/.exec(`+said+`)?.[1] > 1000`)
	n.show("lab-4-training", trained)
	n.do(chromedp.Click(`.jp-Notebook`, chromedp.ByQuery), chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("i"), chromedp.KeyEvent("i"))
	n.wait(time.Minute, "it is interrupted", `/interrupted at step \d+/.test(`+said+`) && !`+waiting)
	n.show("lab-5-interrupted", output("interrupted at step"))
	at, err := strconv.Atoi(eval[string](n.page, `/interrupted at step (\d+)/.exec(`+said+`)[1]`))
	if err != nil {
		t.Fatal(err)
	}
	if kept, _ := filepath.Glob(filepath.Join(n.folder, "results", "models", "*", "*")); len(kept) == 0 {
		t.Error("no checkpoint was kept")
	}

	n.runAll()
	step := `(+/step (\d+) of/.exec(` + said + `)?.[1] || 0)`
	n.wait(4*time.Minute, "the training goes on", step+" > 0 && !/interrupted/.test("+said+")")
	if first := eval[int](n.page, step); first < at {
		t.Errorf("the training began again at step %d, after an interrupt at step %d", first, at)
	}
	n.show("lab-6-resumed", trained)
	n.wait(8*time.Minute, "all cells have run", ran+` && `+idle)
	n.runAll()
	n.wait(4*time.Minute, "the model is loaded, not trained", loaded)
	n.show("lab-7-loaded", output("loaded, trained"))
}
