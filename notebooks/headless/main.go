package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"
	"golang.org/x/term"

	"vapoflow/notebooks/kernel/spec"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends this program at once, and the guards end the kernels
	os.Exit(command(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// usageError is the user's mistake: exit status 2.
type usageError struct{ error }

// command is the whole program: it returns the exit status.
func command(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	failed, err := runAll(ctx, args, stdout, stderr)
	var usage usageError
	switch {
	case errors.Is(err, pflag.ErrHelp):
		return 0
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "headless: %v\n", err)
		return 2
	case err != nil:
		fmt.Fprintf(stderr, "headless: %v\n", err)
		return 1
	case failed:
		return 1
	}
	return 0
}

// runAll runs all notebooks of the command line and reports on each. Failed tells whether one failed; the error
// is about the command as a whole.
func runAll(ctx context.Context, args []string, stdout, stderr io.Writer) (failed bool, err error) {
	o, err := parse(args, stdout)
	if err != nil {
		return false, err
	}
	jobs, err := load(o.paths)
	if err != nil {
		return false, err
	}
	if err := checkSettings(o.settings, jobs); err != nil {
		return false, usageError{err}
	}
	if !o.inplace {
		if err := writable(o.out); err != nil {
			return false, fmt.Errorf("--out %s: %w", o.out, err)
		}
	}
	root, err := spec.FindRoot(".")
	if err != nil {
		return false, usageError{err}
	}
	if o.kernel, err = spec.Read(root); err != nil {
		return false, err
	}
	if err := spec.EnsureTools(ctx, root, stderr); err != nil {
		return false, err
	}
	if file, ok := stderr.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		o.progress = func(path string, cell, of int, after time.Duration) {
			fmt.Fprintf(stderr, "      %s  cell %d of %d  %.1f s\n", path, cell, of, after.Seconds())
		}
	}
	results := o.runParallel(ctx, jobs, stdout)
	for _, r := range results {
		failed = failed || r.failure != nil
	}
	if o.times {
		if err := printTimes(results, stdout); err != nil {
			return failed, err
		}
	}
	if o.junit != "" {
		text, err := junit(results)
		if err == nil {
			err = writeAtomically(o.junit, text)
		}
		if err != nil {
			return failed, fmt.Errorf("writing the JUnit report: %w", err)
		}
	}
	return failed, nil
}

// A job is a notebook to run, or why it cannot be read.
type job struct {
	path     string
	notebook *notebook
	err      error
}

// load reads the notebooks. A file that is missing is a wrong argument, one that is no notebook fails as a notebook does.
func load(paths []string) ([]job, error) {
	jobs := make([]job, len(paths))
	for i, path := range paths {
		n, err := readNotebook(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, usageError{fmt.Errorf("there is no notebook %s", path)}
		}
		jobs[i] = job{path, n, err}
	}
	return jobs, nil
}

// runParallel runs the jobs, o.jobs of them at a time, and prints a line on each as it ends.
func (o *options) runParallel(ctx context.Context, jobs []job, stdout io.Writer) []result {
	results := make([]result, len(jobs))
	free := make(chan struct{}, o.jobs)
	var all sync.WaitGroup
	var printing sync.Mutex
	for i, j := range jobs {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			if results[i] = (result{path: j.path}); j.err != nil {
				results[i].fail(j.err)
			} else {
				results[i] = o.run(ctx, j.notebook, j.path)
			}
			printing.Lock()
			defer printing.Unlock()
			fmt.Fprintln(stdout, results[i])
		})
	}
	all.Wait()
	return results
}

// String is the summary of a notebook's run in one line.
func (r result) String() string {
	where := ""
	if r.written != "" {
		where = " -> " + r.written
	}
	if r.failure == nil {
		return fmt.Sprintf("ok    %s  %d cells  %.1f s%s", r.path, len(r.cells), r.seconds, where)
	}
	passed := 0
	for _, c := range r.cells {
		if c.ran && c.failure == nil {
			passed++
		}
	}
	text := strings.Join(strings.Fields(r.failure.Error()), " ")
	return fmt.Sprintf("FAIL  %s: %s  (%d of %d cells passed, %.1f s%s)", r.path, text, passed, len(r.cells), r.seconds, where)
}
