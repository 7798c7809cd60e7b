package browser

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestReport: results/index.html can be sent to a colleague. It asks for nothing but itself, and fits a desktop and a phone.
func TestReport(t *testing.T) {
	chromium(t)
	out := t.TempDir()
	for _, args := range [][]string{{"run", "fig1", "--preset", "smoke", "--out", out}, {"report", "--out", out}} {
		command := exec.Command("go", append([]string{"run", "./experiments"}, args...)...)
		command.Dir = repository
		if output, err := command.CombinedOutput(); err != nil {
			t.Fatalf("experiments %v: %v\n%s", args, err, output)
		}
	}
	for _, width := range []int{1280, 390} {
		t.Run(strconv.Itoa(width), func(t *testing.T) {
			p := open(t, width, 844)
			p.do(chromedp.Navigate("file://" + filepath.Join(out, "index.html")))
			p.wait(10e9, "the page and its pictures are there", `document.readyState == 'complete' && [...document.images].every(i => i.naturalWidth > 0)`)
			if n := eval[int](p, `document.images.length`); n == 0 {
				t.Error("the page has no picture")
			}
			if wide := eval[int](p, `document.documentElement.scrollWidth`); wide > width {
				t.Errorf("the page is %d pixels wide, the window %d", wide, width)
			}
			p.shot("report-" + strconv.Itoa(width))
			p.onlyFrom("")
		})
	}
}
