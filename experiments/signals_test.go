//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// childEnv makes this test's program the command itself.
const childEnv = "VAPO_TEST_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// child starts the command in a process of its own.
func child(t *testing.T, args ...string) (cmd *exec.Cmd, stdout io.ReadCloser, stderr *bytes.Buffer) {
	t.Helper()
	cmd = exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), childEnv+"=1")
	stderr = &bytes.Buffer{}
	cmd.Stderr = stderr
	stdout, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill() })
	return cmd, stdout, stderr
}

// Each signal saves the training, says how to go on and has an exit code of its own.
func TestSignalsSave(t *testing.T) {
	isolate(t)
	handled := make(chan os.Signal, 1) // a signal that is handled here is not ignored by children, as nohup would have it
	signal.Notify(handled, syscall.SIGHUP)
	defer signal.Stop(handled)
	for _, c := range []struct {
		signal syscall.Signal
		code   int
	}{{syscall.SIGINT, 130}, {syscall.SIGTERM, 143}, {syscall.SIGHUP, 129}} {
		out := c.signal.String()
		cmd, stdout, stderr := child(t, "train", "--data", "moons", "--preset", "smoke", "--set", "steps=1000000", "--checkpoint-every", "1h", "--out", out)
		for lines := bufio.NewScanner(stdout); lines.Scan() && !strings.Contains(lines.Text(), "step 1 of"); {
		}
		if err := cmd.Process.Signal(c.signal); err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, stdout)
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != c.code || !strings.Contains(stderr.String(), "to continue: go run ./experiments train") {
			t.Errorf("%s: exit code %d, want %d: %s", c.signal, code, c.code, stderr)
		}
		if found, _ := filepath.Glob(out + "/models/*/checkpoint.npz"); len(found) != 1 {
			t.Errorf("%s: checkpoints %v, want one", c.signal, found)
		}
	}
}

// What nothing stops is left after a moment; a training with steps that are not saved is waited for.
func TestAwait(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	began := time.Now()
	new(unsaved).await(ctx, nil)
	if waited := time.Since(began); waited < patience/2 {
		t.Errorf("a command was left after %s", waited)
	}
	var u unsaved
	u.Store(true)
	ended := make(chan struct{})
	time.AfterFunc(2*patience, func() { close(ended) })
	u.await(ctx, ended)
	select {
	case <-ended:
	default:
		t.Error("a training was left before it was saved")
	}
}

// A panic is a failure and no wrong use.
func TestPanicIsAFailure(t *testing.T) {
	err := safely(func() error { panic("broken") })
	if err == nil || !strings.Contains(err.Error(), "broken") || errors.Is(err, context.Canceled) {
		t.Errorf("a panic became %v", err)
	}
}
