//go:build unix

package bench

import (
	"testing"
	"time"
)

// A core that is kept busy is counted, one that sleeps is not.
func TestCPUTime(t *testing.T) {
	before := cpuTime().Seconds()
	for began, x := cpuTime().Seconds(), 1.0; cpuTime().Seconds()-began < 0.1 && x > 0; {
		x *= 1.0000001
	}
	busy := cpuTime().Seconds()
	time.Sleep(300 * time.Millisecond)
	if after := cpuTime().Seconds(); busy-before < 0.1 || busy-before > 5 || after-busy > 0.1 {
		t.Errorf("%g s of a core while busy, %g s while asleep", busy-before, after-busy)
	}
}
