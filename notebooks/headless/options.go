package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// options are the command line.
type options struct {
	runner
	jobs  int
	junit string
	times bool
	paths []string
}

// parse reads the command line.
func parse(args []string, stdout io.Writer) (o options, err error) {
	flags := pflag.NewFlagSet("headless", pflag.ContinueOnError)
	flags.SetOutput(stdout)
	flags.SortFlags = false
	var set []string
	flags.StringVar(&o.out, "out", "results/notebooks", "write the executed copies to this folder")
	flags.BoolVar(&o.inplace, "inplace", false, "replace each notebook that passed by its executed copy")
	flags.StringArrayVar(&set, "set", nil, "key=value: set a variable of the cell tagged \"parameters\" (repeatable)")
	flags.BoolVar(&o.check, "check", false, "also fail on missing output (cells tagged \"expect-output\" or stored with output)")
	flags.DurationVar(&o.timeout, "timeout", 10*time.Minute, "longest time for one cell")
	flags.IntVar(&o.jobs, "jobs", 1, "notebooks to run at the same time")
	flags.StringVar(&o.junit, "junit", "", "write a JUnit report to this file")
	flags.BoolVar(&o.times, "times", false, "print the seconds of each cell")
	flags.Usage = func() {
		fmt.Fprintf(stdout, "Executes Go notebooks without Jupyter; fails if a cell fails.\n\nUsage: headless [flags] notebook.ipynb ...\n\n%s", flags.FlagUsages())
	}
	if err := flags.Parse(args); err != nil {
		if !errors.Is(err, pflag.ErrHelp) {
			err = usageError{err}
		}
		return o, err
	}
	for _, s := range set {
		key, value, ok := strings.Cut(s, "=")
		if !ok || key == "" {
			return o, usageError{fmt.Errorf("--set %q: want key=value", s)}
		}
		o.settings = append(o.settings, setting{key, value})
	}
	o.paths = flags.Args()
	if err := o.verify(); err != nil {
		return o, usageError{err}
	}
	return o, nil
}

// verify finds values that make no sense.
func (o *options) verify() error {
	switch {
	case len(o.paths) == 0:
		return errors.New("which notebook? give at least one .ipynb file, or --help")
	case o.jobs < 1:
		return fmt.Errorf("--jobs %d: want at least 1", o.jobs)
	case o.timeout <= 0:
		return fmt.Errorf("--timeout %v: want more than 0", o.timeout)
	}
	from := map[string]string{}
	for _, path := range o.paths {
		if other := from[filepath.Base(path)]; other != "" {
			return fmt.Errorf("%s and %s would be written to the same file in %s: run one at a time", other, path, o.out)
		}
		from[filepath.Base(path)] = path
	}
	return nil
}
