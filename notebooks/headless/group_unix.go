//go:build unix

package main

import "syscall"

// ownGroup makes a process the leader of a new process group.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// killGroup ends all processes of the group, of which some or all may have ended already.
func killGroup(leader int) { _ = syscall.Kill(-leader, syscall.SIGKILL) }
