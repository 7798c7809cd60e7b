package lockfile

import (
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// One at a time: the second is refused, or waits until the first is done.
func TestOneAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	first, err := Take(t.Context(), path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Take(t.Context(), path, nil); !errors.Is(err, ErrBusy) {
		t.Fatalf("the second holds it too: %v", err)
	}
	var freed atomic.Bool
	second, err := Take(t.Context(), path, func(holder string) {
		if holder == "" {
			t.Error("nobody is named")
		}
		time.AfterFunc(50*time.Millisecond, func() { freed.Store(true); first.Free() })
	})
	if err != nil || !freed.Load() {
		t.Fatalf("the second got it with error %v; freed before: %v", err, freed.Load())
	}
	second.Free()
}
