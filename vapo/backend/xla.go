//go:build cgo && !noxla && (linux || darwin)

package backend

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/gomlx/compute"
	"github.com/gomlx/go-xla/compute/xla"
	"k8s.io/klog/v2"
)

// xlaMissing says why this build has no XLA; it has.
const xlaMissing = ""

// Nothing may be fetched behind the user's back, by whatever road XLA is reached.
func init() {
	xla.EnableAutoInstall(false)
	answerProbe()
}

// answerProbe is, in the child of a probe, all that the program does.
func answerProbe() {
	path := os.Getenv(probeEnv)
	if path == "" {
		return
	}
	if _, err := openXLA(path); err != nil {
		fmt.Println(innermost(err))
		os.Exit(1)
	}
	fmt.Println(opened)
	os.Exit(0)
}

var opening sync.Mutex // the silence below is global

// openXLA starts a client on the plugin at the absolute path. A plugin named by its path is never searched for or
// installed; go-xla panics on broken plugins that it finds by itself. What go-xla logs meanwhile is shown only when the
// plugin opens (CUDA libraries it misses); otherwise the error says the same.
func openXLA(path string) (b compute.Backend, err error) {
	if strings.Contains(path, ",") {
		return nil, fmt.Errorf("its path holds a comma, which starts plugin options: move it")
	}
	opening.Lock()
	defer opening.Unlock()
	defer klog.CaptureState().Restore()
	klog.LogToStderr(false)
	var log bytes.Buffer
	klog.SetOutput(&log)
	defer func() {
		if p := recover(); p != nil {
			b, err = nil, fmt.Errorf("panic: %v", p)
		}
		if err == nil {
			os.Stderr.Write(log.Bytes())
		}
	}()
	return xla.New(path)
}
