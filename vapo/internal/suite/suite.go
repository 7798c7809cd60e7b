// Package suite runs the checks that a new piece must pass, up to the first that fails.
package suite

import (
	"fmt"
	"strings"
	"testing"
)

// Check is one check. Its error says in a few lines what is wrong, where, and what usually is the cause.
type Check struct {
	Name string
	Test func() error
}

// NotBuilt is the error of a graph that does not build, with its usual cause where the text tells it.
func NotBuilt(what string, err error) error {
	if text := strings.ToLower(err.Error()); strings.Contains(text, "dtype") || strings.Contains(text, "data type") {
		return fmt.Errorf("%s does not build:\n%w\n"+
			"usual cause: a constant or a weight that is not of x's dtype, which is float32 or float64 (graph.MulScalar and "+
			"x.DType() keep it)", what, err)
	}
	return fmt.Errorf("%s does not build:\n%w", what, err)
}

// Filled fails a test where an array that was read from a file does not hold the values that its dimensions say.
func Filled(t testing.TB, name string, dims []int, values int) {
	t.Helper()
	n := 1
	for _, dim := range dims {
		n *= dim
	}
	if n != values {
		t.Errorf("%s of %v has %d values", name, dims, values)
	}
}

// Run runs the checks in their order as subtests. After one that failed there are no more: what is wrong once fails many of them.
func Run(t *testing.T, checks []Check) {
	t.Helper()
	for _, c := range checks {
		passed := t.Run(c.Name, func(t *testing.T) {
			if err := c.Test(); err != nil {
				t.Fatal(err)
			}
		})
		if !passed {
			return
		}
	}
}

// First runs the checks in their order and gives the error of the first that fails.
func First(checks []Check) error {
	for _, c := range checks {
		if err := c.Test(); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	return nil
}
