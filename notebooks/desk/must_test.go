package desk

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/backend"
)

// What stops a cell is told by one sentence, and then by the cells' lines: that of the error's own trace before that which asked.
func TestErrorsNameTheCell(t *testing.T) {
	const stack = "goroutine 1 [running]:\nvapoflow/notebooks/desk.Check({0x1, 0x2})\n\t/desk/must.go:30 +0x19c\nmain.train(...)\n\t/tmp/gonb/main.go:20\nmain.main()\n\t/tmp/gonb/main.go:28 +0x27d\n"
	got := said(fmt.Errorf("desk: no %q", "x"), stack)
	if want := "error: desk: no \"x\"\n\t/tmp/gonb/main.go:20 train\n\t/tmp/gonb/main.go:28 main\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	_, err := graph.CallOnce(backend.Host(), func(x *graph.Node) *graph.Node { return graph.Add(x, graph.Const(x.Graph(), []int32{1})) }, []float32{3})
	if trace := traceOf(fmt.Errorf("desk: %w", err)); !strings.Contains(trace, "desk.TestErrorsNameTheCell") {
		t.Errorf("the trace of a graph's error does not lead here: %.2000s", trace)
	}
}
