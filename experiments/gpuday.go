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
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vapoflow/experiments/bench"
	"vapoflow/experiments/console"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/sample"
	"vapoflow/experiments/trained"
	"vapoflow/experiments/training"
	"vapoflow/experiments/usage"
)

// gpuDay is what a first half hour on a new machine should do.
type gpuDay struct {
	out, preset, backend, root string
	minutes                    float64
	batches                    []int
	steps, samples             int

	*app
	env      paper.Env
	settings paper.Settings
	trained  string // the record of the training
}

func (a *app) gpuDayCommand() *cobra.Command {
	d := &gpuDay{app: a}
	cmd := &cobra.Command{
		Use:   "gpu-day",
		Short: "What a first half hour on a CUDA machine should do, in order, each with its record",
		Long: `Does, one after the other: doctor; training steps at each of --batches; a training of the preset's network for --minutes, with checkpoints;
samples of it; their distances to the data. Each leaves its record below OUT/runs, and bench-gpu-day sums them up; "experiments report" shows all.
What fails is said, and what does not depend on it goes on. The training has as many steps as fit in the minutes by the time measured, so that its
learning rate has come down at the end; an interrupted one is continued by the same command.`,
		Example: `  experiments gpu-day
  experiments gpu-day --preset smoke --minutes 0.1 --batches 4,16 --samples 16     the same in a minute, on any machine`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return d.run(cmd.Context()) },
	}
	f := cmd.Flags()
	f.StringVar(&d.out, "out", "results", "folder of results")
	f.StringVar(&d.preset, "preset", "paper", "whose network is trained: the largest is paper")
	f.StringVar(&d.backend, "backend", "", "auto, go, xla, xla:cpu, xla:cuda or xla:/path/plugin.so (default $VAPO_BACKEND, else auto)")
	f.StringVar(&d.root, "data", "", "folder that holds the data sets (default $VAPO_DATA, else ./data)")
	f.Float64Var(&d.minutes, "minutes", 25, "of training")
	f.IntSliceVar(&d.batches, "batches", []int{128, 256, 512}, "batches whose steps are timed")
	f.IntVar(&d.steps, "steps", 50, "steps timed at each batch")
	f.IntVar(&d.samples, "samples", 5000, "images drawn, and compared with the data")
	return cmd
}

// stage is one of the day's works. It says what it found and where its record is.
type stage struct {
	name string
	do   func(ctx context.Context) (found, where string, err error)
}

func (d *gpuDay) run(ctx context.Context) error {
	if err := d.prepare(); err != nil {
		return err
	}
	d.resumable = true
	day, err := record.Create(record.RunsDir(d.out), record.Manifest{
		Name: "bench-gpu-day", Element: "bench-gpu-day", Title: "First half hour on a machine", Preset: d.preset, Command: d.env.Command,
		Backend: record.Backend{Name: d.env.Backend.Name, Line: d.env.Backend.Line},
	})
	if err != nil {
		return err
	}
	table := record.Table{Caption: "What was done, in order.", Header: []string{"stage", "seconds", "found", "record"}}
	var failed []error
	for _, s := range []stage{{"doctor", d.doctor}, {"steps", d.timeSteps}, {"training", d.train}, {"sampling", d.sample}, {"distances", d.distances}} {
		d.Say("gpu-day: %s", s.name)
		start := time.Now()
		found, where, err := s.do(ctx)
		if ctx.Err() != nil { // also where the stage did not notice: the record before is worth more than one without a table
			return day.Close(cmp.Or(err, ctx.Err()))
		}
		if err != nil {
			found = "failed: " + console.OneLine(err)
			failed = append(failed, fmt.Errorf("%s: %w", s.name, err))
		}
		d.Say("gpu-day: %s: %s", s.name, found)
		table.Rows = append(table.Rows, []string{s.name, fmt.Sprintf("%.0f", time.Since(start).Seconds()), found, where})
		day.Results[s.name+": seconds"] = time.Since(start).Seconds()
	}
	day.Tables = []record.Table{table}
	if err := day.Close(nil); err != nil {
		return err
	}
	d.Table(table)
	d.Say("gpu-day: record %s", filepath.Join(day.Dir(), record.ManifestFile))
	return errors.Join(failed...)
}

// prepare finds wrong use, opens the backend and settles what is trained.
func (d *gpuDay) prepare() error {
	figure, err := paper.Lookup("fig2")
	if err != nil {
		return err
	}
	if d.settings, err = figure.Settings(d.preset, paper.Recipes[0]); err != nil {
		return asUsage(err)
	}
	if !(d.minutes > 0) || d.steps < 1 || d.samples < 5 || len(d.batches) == 0 || slices.Min(d.batches) < 1 {
		return usage.Errorf("gpu-day: --minutes %g must be above 0, --steps %d and --batches %v at least 1, --samples %d at least 5", d.minutes, d.steps, d.batches, d.samples)
	}
	if err := record.CheckOut(d.out); err != nil {
		return fmt.Errorf("--out %s: %w", d.out, err)
	}
	root, err := dataRoot(d.root)
	if err != nil {
		return err
	}
	d.root = root
	choice, err := openBackend(d.backend)
	if err != nil {
		return err
	}
	if d.backend != "" { // benches open theirs by it
		if err := os.Setenv("VAPO_BACKEND", d.backend); err != nil {
			return err
		}
	}
	d.Say("%s", choice.Line)
	d.env = paper.Env{
		Backend: choice, Out: d.out, DataRoot: root, Inception: os.Getenv(measure.InceptionEnv), Preset: d.preset, Recipe: paper.Recipes[0], Resume: true,
		Checkpoints: training.Checkpoints{Interval: 2 * time.Minute}, Command: "experiments " + joinArgs(d.args),
		Watch: d.watchUnsaved, Say: func(line string) { d.Say("%s", line) },
	}
	return nil
}

func (d *gpuDay) doctor(context.Context) (found, where string, err error) {
	table := record.Table{Caption: "What works on this machine, and what is missing.", Header: []string{"what", "state", "finding"}}
	missing := 0
	for _, f := range examine(d.root) {
		state := "ok"
		if f.missing {
			state = "missing"
			missing++
		}
		d.Say("%-8s %-12s %s", state, f.name, f.text)
		table.Rows = append(table.Rows, []string{f.name, state, f.text})
	}
	run, err := record.Create(record.RunsDir(d.out), record.Manifest{Name: "bench-doctor", Element: "bench-doctor", Title: "What works on this machine", Command: d.env.Command, Backend: record.Backend{Name: d.env.Backend.Name, Line: d.env.Backend.Line}})
	if err != nil {
		return "", "", err
	}
	run.Tables = []record.Table{table}
	err = run.Close(nil)
	return fmt.Sprintf("%s; %d of %d findings are of something missing", d.env.Backend.Line, missing, len(table.Rows)), run.Dir(), err
}

// timeSteps times the steps of the batches asked for, and of that of the training; or leaves what is on record, so that a training that was
// interrupted has the same number of steps again.
func (d *gpuDay) timeSteps(ctx context.Context) (found, where string, err error) {
	where = filepath.Join(record.RunsDir(d.out), "bench-step")
	switch cost, err := bench.StepTime(d.out, d.preset, d.env.Backend.Name, d.settings.Batch); {
	case err != nil:
		return "", where, err
	case cost.From == d.settings.Batch:
		return fmt.Sprintf("%.1f ms at batch %d, measured before: remove the record to measure again", cost.MS, cost.From), where, nil
	}
	batches := d.batches
	if !slices.Contains(batches, d.settings.Batch) {
		batches = append(slices.Clone(batches), d.settings.Batch)
	}
	list := strings.Trim(strings.ReplaceAll(fmt.Sprint(batches), " ", ","), "[]")
	args := []string{"--preset", d.preset, "--batches", list, "--steps", fmt.Sprint(d.steps)}
	if d.env.Backend.Name == "xla:cuda" { // processors only emulate it
		args = append(args, "--bfloat16")
	}
	step := bench.Benches()[slices.IndexFunc(bench.Benches(), func(b bench.Bench) bool { return b.ID == "step" })]
	flags := pflag.NewFlagSet(step.ID, pflag.ContinueOnError)
	options := step.Options(flags)
	if err := flags.Parse(args); err != nil {
		return "", "", err
	}
	if where, err = step.Run(ctx, options, bench.Env{Out: d.out, Command: d.env.Command, Console: d.Console}); err != nil {
		return "", where, err
	}
	m, err := record.Read(where)
	if err != nil {
		return "", where, err
	}
	var best []string
	for _, row := range m.Tables[0].Rows {
		best = append(best, fmt.Sprintf("%s images/s at batch %s in %s", row[3], row[1], row[0]))
	}
	return strings.Join(best, ", "), where, nil
}

// train trains for the minutes, by the time of a step that was measured.
func (d *gpuDay) train(ctx context.Context) (found, where string, err error) {
	cost, err := bench.StepTime(d.out, d.preset, d.env.Backend.Name, d.settings.Batch)
	if err != nil {
		return "", "", err
	}
	if cost.MS == 0 {
		return "", "", fmt.Errorf("no step of batch %d was timed, so that it is not known how many fit in %g minutes", d.settings.Batch, d.minutes)
	}
	steps := max(2, int(d.minutes*60_000/cost.MS))
	for _, set := range []string{"model=train", fmt.Sprintf("steps=%d", steps), fmt.Sprintf("warmup=%d", min(d.settings.Warmup, steps/10))} {
		change, err := paper.ParseSet(set)
		if err != nil {
			return "", "", err
		}
		d.env.Changes = append(d.env.Changes, change)
	}
	if where, err = paper.Run(ctx, "fig2", d.env); err != nil {
		return "", where, err
	}
	d.trained = where
	m, err := record.Read(where)
	if err != nil {
		return "", where, err
	}
	return fmt.Sprintf("%d steps of batch %d in %.0f s; held-out E‖∇Φ − u_c‖²/d %.4f of %.4f", steps, d.settings.Batch, m.Results["training_seconds"], m.Results["held_out_alignment"], m.Results["held_out_alignment_untrained"]), where, nil
}

var errUntrained = errors.New("left out: nothing was trained")

func (d *gpuDay) sample(ctx context.Context) (found, where string, err error) {
	if d.trained == "" {
		return "", "", errUntrained
	}
	o := sample.Options{Reference: trained.Reference{Command: "gpu-day", Run: d.trained, Results: d.out}, N: d.samples, Batch: d.settings.Batch, Out: filepath.Join(d.out, "gpu-day-samples.npz")}
	open, err := o.Locate()
	if err != nil {
		return "", "", err
	}
	by, err := open(d.env.Backend.Backend)
	if err != nil {
		return "", "", err
	}
	job, err := sample.New(o, by, d.env.Backend.Name, 0, o.N)
	if err != nil {
		return "", "", err
	}
	start := time.Now()
	if err := job.Run(ctx, d.Console); err != nil {
		return "", "", err
	}
	return fmt.Sprintf("%d images, %.1f a second", o.N, float64(o.N)/time.Since(start).Seconds()), o.Out, nil
}

func (d *gpuDay) distances(ctx context.Context) (found, where string, err error) {
	if d.trained == "" {
		return "", "", errUntrained
	}
	change, err := paper.ParseSet(fmt.Sprintf("samples=%d", d.samples))
	if err != nil {
		return "", "", err
	}
	env := d.env
	env.Changes = append(slices.Clone(env.Changes), change)
	if where, err = paper.Run(ctx, "table1", env); err != nil {
		return "", where, err
	}
	m, err := record.Read(where)
	if err != nil {
		return "", where, err
	}
	return strings.Join(resultLines(m)[:1], ""), where, nil
}
