//go:build unix

package bench

import (
	"syscall"
	"time"
)

// cpuTime is what this process has spent on all processors so far: other load hardly changes it, as it does the time of day.
func cpuTime() time.Duration {
	var spent syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &spent) != nil {
		return 0
	}
	return time.Duration(spent.Utime.Nano() + spent.Stime.Nano())
}
