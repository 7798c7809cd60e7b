//go:build unix

package main

import (
	"runtime/debug"
	"syscall"
)

// What Go itself ends the process for, such as memory that is not to be had, it ends with exit code 2, that of wrong use. Aborting
// instead (134 in a shell) tells the two apart; the trace is what helps then, and not a core of all the memory.
func init() {
	var limit syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &limit) == nil {
		limit.Cur = 0
		if syscall.Setrlimit(syscall.RLIMIT_CORE, &limit) == nil {
			debug.SetTraceback("crash")
		}
	}
}
