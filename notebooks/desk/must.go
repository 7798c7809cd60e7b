package desk

import (
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"os/signal"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"

	"github.com/janpfeifer/gonb/gonbui"

	"vapoflow/internal/progress"
)

// Must gives the value, or stops the cell, as [Check] does.
func Must[T any](value T, err error) T {
	Check(err)
	return value
}

// Check stops the cell unless err is nil: with the error's sentence, the lines of cells that led to it, and the whole trace
// folded below. After an interrupt it says so in one line and ends with status 130, so that the cells queued behind this one do
// not run. Outside a notebook it panics.
func Check(err error) {
	switch {
	case err == nil:
	case errors.Is(err, context.Canceled) && Context().Err() != nil:
		fmt.Println(strings.TrimSuffix(err.Error(), ": "+context.Canceled.Error()))
		gonbui.Sync()
		os.Exit(130)
	case !gonbui.IsNotebook:
		panic(err)
	default:
		fmt.Fprint(os.Stderr, said(err, string(debug.Stack())))
		gonbui.DisplayHTML("<details><summary>all of it</summary><pre>" + html.EscapeString(traceOf(err)+"\n"+string(debug.Stack())) + "</pre></details>")
		gonbui.Sync()
		os.Exit(1)
	}
}

// place is a function of a cell with its file and line in a stack, which GoNB translates to the cell's on its way to the page.
var place = regexp.MustCompile(`(?m)^main\.(\S*?)(?:\(.*)?\n\s+(\S+main(?:_test)?\.go:\d+)`)

// said is an error's sentence, and below it the lines of cells that it came through: those where it arose first.
func said(err error, stack string) string {
	text := "error: " + err.Error() + "\n"
	for _, at := range place.FindAllStringSubmatch(traceOf(err)+"\n"+stack, -1) {
		if line := fmt.Sprintf("\t%s %s\n", at[2], at[1]); !strings.Contains(text, line) {
			text += line
		}
	}
	return text
}

// traceOf is the trace that the innermost error carries, where one does.
func traceOf(err error) (trace string) {
	for ; err != nil; err = errors.Unwrap(err) {
		if text := fmt.Sprintf("%+v", err); len(text) > len(trace) {
			trace = text
		}
	}
	return trace
}

// Context is cancelled when the cell is interrupted: a training then keeps its checkpoint and returns. A second interrupt ends
// the program at once, and GoNB ends one that is still there after five seconds. What samples or scores with it for more than two
// seconds shows how far it is.
func Context() context.Context { return interruptible() }

var interruptible = sync.OnceValue(func() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	return progress.With(ctx, newWaiting().report)
})
