package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/repeat"
	"vapoflow/experiments/usage"
	"vapoflow/vapo/backend"
)

// again is run --from.
type again struct {
	from      string
	tolerance float64
}

func (r *again) add(f *pflag.FlagSet) {
	f.StringVar(&r.from, "from", "", "repeat a record, its folder or manifest.json, in OUT (default results/repeats) and compare: says first what differs here")
	f.Float64Var(&r.tolerance, "tolerance", 0.05, "of --from: relative difference of results that passes (XLA to pure Go: 1e-5 after 200 steps of fig1, 0.02 after 1500) where build, machine, data or backend differ; else the same bits are asked for")
}

// check finds flags that a repetition cannot have: the record says all that they would.
func (r *again) check(cmd *cobra.Command, ids []string) error {
	var wrong []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if slices.Contains([]string{"all", "preset", "recipe", "seed", "set", "config", "train"}, f.Name) {
			wrong = append(wrong, "--"+f.Name)
		}
	})
	if wrong = append(ids, wrong...); len(wrong) > 0 {
		return usage.Errorf("run --from %s: the record says what is run: leave out %s", r.from, strings.Join(wrong, ", "))
	}
	return nil
}

// run repeats the record and compares.
func (r *again) run(ctx context.Context, a *app, o options) error {
	dir := r.from
	if filepath.Base(dir) == record.ManifestFile {
		dir = filepath.Dir(dir)
	}
	was, err := record.Read(dir)
	if err == nil {
		err = record.Stored{Dir: dir, Manifest: was}.WithoutFigures().Check(true)
	}
	switch {
	case errors.Is(err, os.ErrNotExist) && !errors.Is(err, record.ErrDamaged):
		return usage.Errorf("run --from %s: there is no record; give its folder or its %s", r.from, record.ManifestFile)
	case err != nil:
		return err
	case was.Status != record.Done:
		return fmt.Errorf("run --from %s: there is nothing to compare with: the run is %s", r.from, was.Status)
	}
	if !o.cmd.Flags().Changed("out") {
		o.out = filepath.Join("results", "repeats")
	}
	if there, err := os.Stat(filepath.Join(record.RunsDir(o.out), was.Name)); err == nil {
		if here, err := os.Stat(dir); err == nil && os.SameFile(here, there) {
			return usage.Errorf("run --from %s: it would take the record's own place in --out %s; give another folder", r.from, o.out)
		}
	}
	o.backend = cmp.Or(o.backend, was.Backend.Name)
	if len(was.Config) == 0 {
		return r.command(ctx, a, o, was)
	}
	env, err := o.env(a)
	if err != nil {
		return err
	}
	prepared, err := paper.PlanAgain(was, env)
	if err != nil {
		return asUsage(err)
	}
	due := tell(a, was, prepared.Manifest)
	if due {
		a.Say("build, machine, data and backend are those of the record: the same bits are due")
	} else {
		a.Say("results may differ by %g of themselves", r.tolerance)
	}
	a.resumable = true
	place, err := prepared.Run(ctx)
	if err != nil {
		return explain(place, asUsage(err))
	}
	if err := a.tell(place); err != nil {
		return err
	}
	is, err := record.Read(place)
	if err != nil {
		return err
	}
	agreement := repeat.Compare(was, is)
	switch within := agreement.Worst <= r.tolerance && len(agreement.Lacks) == 0; {
	case agreement.Bits, agreement.Count == 0:
	case due:
		return fmt.Errorf("run --from %s: the same build, machine, data and backend gave other bits: %v", r.from, agreement)
	case !within:
		return fmt.Errorf("run --from %s: beyond the tolerance of %g: %v", r.from, r.tolerance, agreement)
	}
	a.Say("repeated %s: %v", was.Name, agreement)
	return nil
}

// tell says what differs before it starts, and whether nothing does.
func tell(a *app, was, plan record.Manifest) (same bool) {
	plan.Versions, plan.Hardware = record.Program(), record.Machine()
	differences := repeat.Differences(was, plan)
	for _, line := range differences {
		a.Say("differs: %s", line)
	}
	return len(differences) == 0
}

// command repeats a bench or a sweep by its command line. Benches time the machine: their numbers are told and not judged.
func (r *again) command(ctx context.Context, a *app, o options, was record.Manifest) error {
	args := splitArgs(strings.TrimPrefix(was.Command, "experiments "))
	if len(args) == 0 || !slices.Contains([]string{"bench", "sweep"}, args[0]) {
		return fmt.Errorf("run --from %s: the record of %s has neither settings nor a command that could be repeated (%q)", r.from, was.Element, was.Command)
	}
	tell(a, was, record.Manifest{Name: was.Name, Backend: record.Backend{Name: o.backend}, Data: was.Data})
	if o.backend != "" { // benches have no flag for it
		os.Setenv(backend.EnvSpec, o.backend)
	}
	args = append(args, "--out", o.out)
	a.Say("experiments %s", joinArgs(args))
	inner := &app{Console: a.Console, args: args, unsaved: a.unsaved}
	root := inner.root()
	root.SetArgs(args)
	if err := root.ExecuteContext(ctx); err != nil {
		return err
	}
	is, err := record.Read(filepath.Join(record.RunsDir(o.out), was.Name))
	if err == nil {
		a.Say("repeated %s: %v", was.Name, repeat.Compare(was, is))
	}
	return err
}

// splitArgs undoes joinArgs.
func splitArgs(line string) (args []string) {
	var arg strings.Builder
	begun, quoted := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\'':
			quoted, begun = !quoted, true
		case quoted:
			arg.WriteByte(c)
		case c == '\\' && i+1 < len(line):
			i++
			arg.WriteByte(line[i])
		case c == ' ':
			if begun {
				args = append(args, arg.String())
			}
			arg.Reset()
			begun = false
		default:
			arg.WriteByte(c)
			begun = true
		}
	}
	if begun {
		args = append(args, arg.String())
	}
	return args
}
