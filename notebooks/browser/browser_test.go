package browser

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

const repository = "../.."

// chromium finds the browser, or skips the test.
func chromium(t *testing.T) string {
	t.Helper()
	names := []string{"chromium", "chromium-browser", "google-chrome"}
	if named := os.Getenv("CHROMIUM"); named != "" {
		names = []string{named}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skipf("no Chromium: none of %q is on PATH; on Debian, apt-get install chromium, or set CHROMIUM to its path", names)
	return ""
}

// A page is a tab of the browser.
type page struct {
	*testing.T
	ctx context.Context

	mu       sync.Mutex
	requests []string
	kernel   network.RequestID // the web socket to the kernel
	heard    bool              // something came through it
}

// open starts a browser with one tab of the given size, which ends with the test.
func open(t *testing.T, width, height int) *page {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium(t)), chromedp.WindowSize(width, height),
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	allocated, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	quiet := func(string, ...any) {} // of events that a newer browser has and the driver does not know
	ctx, cancel := chromedp.NewContext(allocated, chromedp.WithErrorf(quiet), chromedp.WithLogf(quiet))
	t.Cleanup(cancel)
	p := &page{T: t, ctx: ctx}
	chromedp.ListenTarget(ctx, func(event any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		switch event := event.(type) {
		case *network.EventRequestWillBeSent:
			p.requests = append(p.requests, event.Request.URL)
		case *network.EventWebSocketCreated:
			p.requests = append(p.requests, event.URL)
			if strings.Contains(event.URL, "/api/kernels/") {
				p.kernel, p.heard = event.RequestID, false
			}
		case *network.EventWebSocketFrameReceived:
			p.heard = p.heard || event.RequestID == p.kernel
		}
	})
	p.do(network.Enable(), chromedp.EmulateViewport(int64(width), int64(height)))
	return p
}

// do performs actions, or ends the test.
func (p *page) do(actions ...chromedp.Action) {
	p.Helper()
	if err := chromedp.Run(p.ctx, actions...); err != nil {
		p.Fatal(err)
	}
}

// eval gives the value of a JavaScript expression.
func eval[T any](p *page, expression string) (value T) {
	p.Helper()
	p.do(chromedp.Evaluate(expression, &value))
	return value
}

// wait waits until a JavaScript expression is true; where it does not become so, it leaves a picture of what there is.
func (p *page) wait(longest time.Duration, what, expression string) {
	p.Helper()
	p.until(longest, what, func() bool { return eval[bool](p, "!!("+expression+")") })
}

// until is wait for any condition.
func (p *page) until(longest time.Duration, what string, holds func() bool) {
	p.Helper()
	for start := time.Now(); !holds(); time.Sleep(200 * time.Millisecond) {
		if time.Since(start) > longest {
			p.shot("failed-" + p.Name())
			p.Fatalf("after %v, not yet: %s; see results/browser/failed-%s.png", longest, what, p.Name())
		}
	}
}

// shot keeps a picture of the page as it is in results/browser.
func (p *page) shot(name string) {
	p.Helper()
	var picture []byte
	p.do(chromedp.CaptureScreenshot(&picture))
	if err := os.WriteFile(filepath.Join(pictures(p.T), name+".png"), picture, 0o644); err != nil {
		p.Fatal(err)
	}
}

// pictures is the folder of what a test leaves behind.
func pictures(t *testing.T) string {
	t.Helper()
	folder := filepath.Join(repository, "results", "browser")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

// onlyFrom fails the test if the page asked anything of another host; "" is that of files.
func (p *page) onlyFrom(host string) {
	p.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, request := range p.requests {
		u, err := url.Parse(request)
		if err != nil || u.Scheme != "data" && u.Scheme != "blob" && u.Host != host {
			p.Errorf("the page requests %.200s", request)
		}
	}
	if len(p.requests) == 0 {
		p.Error("no request was seen, not even that for the page")
	}
}
