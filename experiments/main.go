// Command experiments runs the elements of the paper, trains on own data and reports.
//
//	go run ./experiments list
//	go run ./experiments run fig1 --preset smoke
//	go run ./experiments --help
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"vapoflow/experiments/paper"
	"vapoflow/vapo/dataset"
)

func main() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) }

// Exit codes.
const (
	exitDone    = 0
	exitFailure = 1
	exitUsage   = 2
)

// Main runs one command line and returns its exit code. The first Ctrl-C stops it cleanly, the
// second at once.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)

	app := &app{args: args, out: stdout, err: stderr}
	root := app.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(stderr, "experiments: %s\n", oneLine(err))
	if ctx.Err() != nil && app.resumable {
		fmt.Fprintf(stderr, "experiments: to continue: go run ./experiments %s\n", joinArgs(app.resumeArgs()))
	}
	var usage usageError
	if errors.As(err, &usage) || !app.started {
		return exitUsage
	}
	return exitFailure
}

// app is one invocation.
type app struct {
	args      []string
	out, err  io.Writer
	started   bool // flags and arguments were understood
	resumable bool // the command continues where an interruption left it
}

// usageError is wrong use: its exit code is 2.
type usageError struct{ error }

func (u usageError) Unwrap() error { return u.error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// asUsage marks errors about names that do not exist as wrong use.
func asUsage(err error) error {
	var settings paper.SettingsError
	if errors.Is(err, paper.ErrUnknown) || errors.Is(err, dataset.ErrUnknown) || errors.As(err, &settings) {
		return usageError{err}
	}
	return err
}

// oneLine keeps an error to one line, whatever libraries put into it.
func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

func (a *app) say(format string, args ...any) { fmt.Fprintf(a.out, format+"\n", args...) }

func (a *app) resumeArgs() (args []string) {
	for _, arg := range a.args {
		if !strings.HasPrefix(arg, "--resume=") {
			args = append(args, arg)
		}
	}
	return args
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "experiments",
		Short: "Figures and tables of variational potential flow (arXiv:2407.15238)",
		Long: `Runs the figures and tables of variational potential flow (arXiv:2407.15238), trains potentials on
own data, and reports what was found.`,
		Example: `  experiments list                              what there is
  experiments run fig1 --preset smoke           Figure 1 in seconds
  experiments run fig2 --preset quick           Figure 2 in minutes
  experiments run --all --preset quick          all of them
  experiments train --data points.npz           own data
  experiments score --run oracle:ring8 --input points.npz --out scores.npz
  experiments sample --run fig2-quick-best-seed0 --n 1000 --out samples    PNGs for any FID tool
  experiments export --run fig2-quick-best-seed0 --out model.safetensors   weights for PyTorch
  experiments report                            results/RESULTS.md and results/index.html
  experiments doctor                            what works here, what is missing, how to get it`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRun: func(*cobra.Command, []string) {
			a.started = true
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usagef("%v; `experiments %s --help` shows the flags", err, cmd.Name())
	})
	root.AddCommand(a.listCommand(), a.runCommand(), a.trainCommand(), a.reportCommand(),
		a.scoreCommand(), a.sampleCommand(), a.posteriorCommand(), a.exportCommand(), a.benchCommand(), a.dataCommand(), a.doctorCommand())
	return root
}
