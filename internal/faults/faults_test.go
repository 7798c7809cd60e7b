package main

import (
	"context"
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	if answerChild() {
		return
	}
	os.Exit(m.Run())
}

// A few of each fault that needs no rights: the campaign does them by the thousand.
func TestAFewFaults(t *testing.T) {
	for name, c := range map[string]struct {
		do    func(context.Context, string, int, func(int)) outcome
		count int
	}{"kills": {kills, 3}, "flips": {flips, 150}, "truncations": {truncations, 60}, "pairs": {pairs, 1}} {
		t.Run(name, func(t *testing.T) {
			o := c.do(t.Context(), t.TempDir(), c.count, func(int) {})
			if o.count != c.count || len(o.failed) > 0 {
				t.Errorf("%d done, want %d; failed: %v", o.count, c.count, o.failed)
			}
		})
	}
}
