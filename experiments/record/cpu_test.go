package record

import (
	"os"
	"testing"
	"time"
)

// A core that is kept busy is counted, one that sleeps is not.
func TestCPUSeconds(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip(err)
	}
	before := CPUSeconds()
	for began, x := CPUSeconds(), 1.0; CPUSeconds()-began < 0.1 && x > 0; {
		x *= 1.0000001
	}
	busy := CPUSeconds()
	time.Sleep(300 * time.Millisecond)
	if after := CPUSeconds(); busy-before < 0.1 || busy-before > 5 || after-busy > 0.1 {
		t.Errorf("%g s of a core while busy, %g s while asleep", busy-before, after-busy)
	}
}
