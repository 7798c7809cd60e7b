package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"vapoflow/notebooks/kernel/spec"
)

// errDied reports that the kernel process ended before the cell did.
var errDied = errors.New("the kernel died")

// startTimeout is how long a kernel may take to answer; it runs a few go commands first.
const startTimeout = 2 * time.Minute

// maxSocketName is the length of the longest Unix socket name that all systems accept (macOS has the shortest).
const maxSocketName = 103

// A kernel is a running kernel process, in a process group of its own, with a private folder for its temporary files.
type kernel struct {
	*client
	command *exec.Cmd
	folder  string
	guard   *guard
	stop    context.CancelFunc
	died    chan struct{} // closed when the process has ended
	cause   error         // how it ended; read it after died
}

// startKernel starts a kernel in the folder of a notebook and waits until it answers. Close must be called.
func startKernel(ctx context.Context, start spec.Spec, notebookFolder string) (k *kernel, err error) {
	folder, err := os.MkdirTemp("", "vapo-notebook-")
	if err != nil {
		return nil, err
	}
	k = &kernel{folder: folder, died: make(chan struct{})}
	life, stop := context.WithCancel(context.WithoutCancel(ctx)) // a cancelled run still interrupts its cell politely
	k.stop = stop
	defer func() {
		if err != nil {
			k.Close()
			k = nil
		}
	}()
	at := newConnection(folder)
	if longest := len(at.IP) + len("-5"); longest > maxSocketName {
		return k, fmt.Errorf("sockets in %s would have names of %d bytes, the system allows %d: set TMPDIR to a shorter path",
			folder, longest, maxSocketName)
	}
	if err = k.startProcess(start, at, notebookFolder); err != nil {
		return k, fmt.Errorf("starting the kernel: %w", err)
	}
	late := time.AfterFunc(startTimeout, stop)
	defer late.Stop()
	defer context.AfterFunc(ctx, stop)()
	if k.client, err = dial(life, at); err != nil {
		err = k.startError(ctx, err)
	}
	return k, err
}

// startProcess runs the command of the kernelspec, and a guard over it.
func (k *kernel) startProcess(start spec.Spec, at connection, notebookFolder string) error {
	connectionFile := filepath.Join(k.folder, "kernel-"+at.Key+".json")
	text, err := json.Marshal(at)
	if err == nil {
		err = os.WriteFile(connectionFile, text, 0o600)
	}
	if err != nil {
		return err
	}
	log, err := os.Create(k.logPath())
	if err != nil {
		return err
	}
	defer log.Close()
	masked, err := maskGopls(k.folder)
	if err != nil {
		return err
	}
	argv := start.Command(connectionFile)
	k.command = exec.Command(argv[0], argv[1:]...)
	k.command.Dir, k.command.Stdout, k.command.Stderr = notebookFolder, log, log
	k.command.Env = append(os.Environ(), "TMPDIR="+k.folder, "VAPO_HEADLESS=1", "PATH="+masked+string(os.PathListSeparator)+os.Getenv("PATH"))
	for name, value := range start.Env {
		k.command.Env = append(k.command.Env, name+"="+value)
	}
	k.command.SysProcAttr = ownGroup()
	if err := k.command.Start(); err != nil {
		k.command = nil
		return err
	}
	go func() {
		k.cause = k.command.Wait()
		close(k.died)
		k.stop() // the sockets will never be heard of again
	}()
	k.guard, err = startGuard(k.command.Process.Pid, k.folder)
	return err
}

// maskGopls puts a gopls that does nothing into folder/bin, which goes first on PATH. GoNB would start a real one for completion,
// in a process group of its own, where it could outlive the run.
func maskGopls(folder string) (bin string, err error) {
	bin = filepath.Join(folder, "bin")
	if err = os.Mkdir(bin, 0o700); err == nil {
		err = os.WriteFile(filepath.Join(bin, "gopls"), []byte("#!/bin/sh\n"), 0o700)
	}
	return bin, err
}

// logPath is where the kernel's own log goes, of which a failure to start quotes the end.
func (k *kernel) logPath() string { return filepath.Join(k.folder, "kernel.log") }

// startError explains why the kernel did not answer.
func (k *kernel) startError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return errors.New("interrupted")
	}
	log, _ := os.ReadFile(k.logPath())
	select {
	case <-k.died:
		return fmt.Errorf("the kernel did not start: %v: %s", k.cause, lastLine(string(log)))
	default:
		return fmt.Errorf("the kernel did not answer within %v (%w): %s", startTimeout, err, lastLine(string(log)))
	}
}

// run executes one cell; see client.execute.
func (k *kernel) run(ctx context.Context, source string, history bool, show func(message) error) (reply, error) {
	answer, err := k.execute(ctx, source, history, k.died, show)
	if errors.Is(err, errDied) {
		err = fmt.Errorf("%w (%v)", errDied, k.cause)
	}
	return answer, err
}

// program is the Go program that GoNB made of the last cell, or "".
func (k *kernel) program() string {
	made, _ := filepath.Glob(filepath.Join(k.folder, "gonb_*", "main.go"))
	if len(made) == 0 {
		return ""
	}
	text, _ := os.ReadFile(made[0])
	return string(text)
}

// Close ends the kernel and every process it started, and removes its temporary files.
func (k *kernel) Close() {
	k.stop()
	if k.command != nil {
		killGroup(k.command.Process.Pid)
		<-k.died
	}
	for range 50 { // until the last of the killed processes has stopped writing there
		if os.RemoveAll(k.folder) == nil {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	k.guard.dismiss()
}
