//go:build !unix

package main

import (
	"os"
	"syscall"
)

// Elsewhere GoNB does not run; these keep the module building there.

func ownGroup() *syscall.SysProcAttr { return nil }

func killGroup(leader int) {
	if process, err := os.FindProcess(leader); err == nil {
		_ = process.Kill()
	}
}
