package main

import (
	"fmt"
	"io"
	"os/exec"
)

// A guard is a process that ends a kernel's process group and removes its folder if this program dies without doing so.
type guard struct {
	command *exec.Cmd
	leash   io.WriteCloser // its standard input, which closes when this program ends in whatever way
}

// startGuard guards the process group with the given leader.
func startGuard(leader int, folder string) (*guard, error) {
	script := `read dismissed || { kill -s KILL -- "-$1"; rm -rf -- "$2"; }`
	command := exec.Command("sh", "-c", script, "guard", fmt.Sprint(leader), folder)
	command.SysProcAttr = ownGroup() // Ctrl-C is not meant for it
	leash, err := command.StdinPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("starting a guard for the kernel: %w", err)
	}
	return &guard{command, leash}, nil
}

// dismiss ends the guard when there is nothing left to guard. A nil guard is fine.
func (g *guard) dismiss() {
	if g == nil {
		return
	}
	io.WriteString(g.leash, "\n")
	g.leash.Close()
	g.command.Wait()
}
