package desk

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"

	"github.com/janpfeifer/gonb/gonbui"
)

// Must gives the value, or stops the cell: at an error by a panic, whose trace names the cell's line; at an interrupt by one line
// that says so, and status 130, so that the cells queued behind this one do not run.
func Must[T any](value T, err error) T {
	Check(err)
	return value
}

// Check stops the cell as [Must] does, unless err is nil.
func Check(err error) {
	if errors.Is(err, context.Canceled) && Context().Err() != nil {
		fmt.Println(strings.TrimSuffix(err.Error(), ": "+context.Canceled.Error()))
		gonbui.Sync()
		os.Exit(130)
	}
	if err != nil {
		panic(err)
	}
}

// Context is cancelled when the cell is interrupted: a training then keeps its checkpoint and returns. A second interrupt ends
// the program at once, and GoNB ends one that is still there after five seconds.
func Context() context.Context { return interruptible() }

var interruptible = sync.OnceValue(func() context.Context {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop)
	return ctx
})
