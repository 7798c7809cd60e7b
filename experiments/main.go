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
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"vapoflow/experiments/console"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/usage"
	"vapoflow/internal/budget"
	"vapoflow/vapo/dataset"
)

func main() { os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr)) }

// Exit codes. A command that a signal stopped ends with 128 and the signal's number.
const (
	exitDone    = 0
	exitFailure = 1
	exitUsage   = 2
)

// Main runs one command line and returns its exit code. The first signal stops it cleanly, the second at once.
func Main(args []string, stdout, stderr io.Writer) int {
	ctx, free := untilSignal(stderr)
	defer free()
	app := &app{Console: &console.Console{Out: stdout}, args: args, unsaved: new(unsaved)}
	root := app.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)

	var err error = errAbandoned
	ended := make(chan struct{})
	result := make(chan error, 1)
	go func() {
		defer close(ended)
		result <- safely(func() error { return root.ExecuteContext(ctx) })
	}()
	app.unsaved.await(ctx, ended)
	select {
	case err = <-result:
	default:
	}
	if err == nil {
		return exitDone
	}
	fmt.Fprintf(stderr, "experiments: %s\n", console.OneLine(err))
	var stop stopped
	if errors.As(context.Cause(ctx), &stop) {
		if app.resumable {
			fmt.Fprintf(stderr, "experiments: to continue: go run ./experiments %s\n", joinArgs(app.resumeArgs()))
		}
		return stop.code()
	}
	var wrong usage.Error
	if errors.As(err, &wrong) || !app.started {
		return exitUsage
	}
	return exitFailure
}

var errAbandoned = errors.New("stopped before the end")

// safely makes a panic an error, with its trace before it: left alone it would end with the exit code of wrong use.
func safely(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("internal error: %v; please report it with the trace above", p)
			debug.PrintStack()
		}
	}()
	return f()
}

// app is one invocation.
type app struct {
	*console.Console
	args      []string
	started   bool // flags and arguments were understood
	resumable bool // the command continues where an interruption left it
	unsaved   *unsaved
}

// asUsage marks errors about names that do not exist as wrong use.
func asUsage(err error) error {
	if errors.Is(err, paper.ErrUnknown) || errors.Is(err, dataset.ErrUnknown) {
		return usage.Wrap(err)
	}
	return err
}

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
own data, and reports what was found. Exit codes: 0 done, 1 failure, 2 wrong use; 130, 143 and 129 of a command that SIGINT, SIGTERM or
SIGHUP stopped, after a training has saved itself.`,
		Example: `  experiments list                              what there is
  experiments run fig1 --preset smoke           Figure 1 in seconds
  experiments run fig2 --preset quick           Figure 2 in minutes
  experiments run --all --preset quick          all of them
  experiments sweep fig1 --set seed=0..9        every combination of values, here or on many machines
  experiments train --data points.npz           own data
  experiments score --run oracle:ring8 --input points.npz --out scores.npz
  experiments sample --run fig2-quick-best-seed0 --n 1000 --out samples    PNGs for any FID tool
  experiments export --run fig2-quick-best-seed0 --out model.safetensors   weights for PyTorch
  experiments compare                           trained models by the settings in which they differ
  experiments report                            results/RESULTS.md and results/index.html
  experiments verify                            reads every result and says what is damaged, and what to do
  experiments doctor                            what works here, what is missing, how to get it`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	memory := ""
	root.PersistentFlags().StringVar(&memory, "memory-limit", "", "refuse what takes more, such as 8GB, or none (default: the memory of the machine or its control group)")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		a.started = true
		budget.SetLimit(0)
		if memory == "" {
			return nil
		}
		limit, err := budget.ParseLimit(memory)
		if err != nil {
			return usage.Errorf("--memory-limit: %v", err)
		}
		budget.SetLimit(limit)
		return nil
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage.Errorf("%v; `%s --help` shows the flags", err, cmd.CommandPath())
	})
	root.AddCommand(a.listCommand(), a.runCommand(), a.sweepCommand(), a.trainCommand(), a.compareCommand(), a.reportCommand(), a.verifyCommand(),
		a.scoreCommand(), a.sampleCommand(), a.posteriorCommand(), a.exportCommand(), a.benchCommand(), a.gpuDayCommand(), a.dataCommand(), a.doctorCommand())
	return root
}
