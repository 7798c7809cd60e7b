//go:build unix

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestNothingOutlives starts the command on a notebook whose cell ignores interrupts and goes on writing to a file, then ends the
// command by a signal, also by one that it cannot catch: the writing must stop, and no temporary file remain.
func TestNothingOutlives(t *testing.T) {
	if testing.Short() {
		t.Skip("each case compiles Go")
	}
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			alive, temporary := filepath.Join(t.TempDir(), "alive"), shortTempDir(t)
			path := newNotebook(t, "%noautoget", `!(while true; do echo x >> `+alive+`; sleep 0.02; done) > /dev/null 2>&1 &
%%
signal.Ignore(os.Interrupt)
for {
	file, _ := os.OpenFile("`+alive+`", os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	fmt.Fprint(file, "program\n")
	file.Close()
	time.Sleep(20 * time.Millisecond)
}`)
			command := exec.Command(os.Args[0], path, "--out", t.TempDir())
			command.Env = append(os.Environ(), "HEADLESS_TEST_COMMAND=1", "TMPDIR="+temporary)
			output := new(strings.Builder)
			command.Stdout, command.Stderr = output, output
			if err := command.Start(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { command.Process.Kill() })
			eventually(t, "the cell runs", func() bool { return strings.Contains(content(alive), "program") })
			if err := command.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if err := command.Wait(); err == nil {
				t.Errorf("the command succeeded: %s", output)
			}
			eventually(t, "everything has stopped", func() bool {
				before := content(alive)
				time.Sleep(300 * time.Millisecond)
				return content(alive) == before
			})
			eventually(t, "the temporary files are gone", func() bool {
				left, err := os.ReadDir(temporary)
				return err == nil && len(left) == 0
			})
			if sig != syscall.SIGKILL && !strings.Contains(output.String(), "FAIL  "+path+": cell 2: interrupted") {
				t.Errorf("the command said %s", output)
			}
		})
	}
}

// TestPanicEndsKernel: an error of the runner's own ends the kernel, too.
func TestPanicEndsKernel(t *testing.T) {
	t.Setenv("TMPDIR", shortTempDir(t))
	done := runFile(t, newNotebook(t, "!true"), func(r *runner) {
		r.progress = func(string, int, int, time.Duration) { panic("seeded") }
	})
	if done.failure == nil || done.failure.Error() != "internal error: seeded" {
		t.Errorf("failure %v", done.failure)
	}
	if left, err := filepath.Glob(filepath.Join(os.TempDir(), "vapo-notebook-*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestBrokenKernel: a kernel that cannot start says why, at once.
func TestBrokenKernel(t *testing.T) {
	t.Parallel()
	done := runFile(t, newNotebook(t, "!true"), func(r *runner) {
		r.kernel.Argv = []string{"sh", "-c", "echo no gonb here >&2; exit 127"}
	})
	if want := "the kernel did not start: exit status 127: no gonb here"; done.failure == nil || done.failure.Error() != want {
		t.Errorf("failure %v, want %s", done.failure, want)
	}
}

// shortTempDir is t.TempDir with a name short enough for sockets.
func shortTempDir(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "hl")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(folder) })
	return folder
}

func content(path string) string {
	text, _ := os.ReadFile(path)
	return string(text)
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for start := time.Now(); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > time.Minute {
			t.Fatalf("after a minute, not yet: %s", what)
		}
	}
}
