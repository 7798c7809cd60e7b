package main

import (
	"github.com/spf13/cobra"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/sweep"
	"vapoflow/experiments/usage"
)

func (a *app) sweepCommand() *cobra.Command {
	var o options
	var shard string
	var plan bool
	cmd := &cobra.Command{
		Use:   "sweep ID --set key=VALUES...",
		Short: "Run an element for every combination of values, here or in shards on many machines",
		Long: `Runs an element once for each combination of the values that --set lists, as "a,b,c" or "0..9", and collects the results: a table of means
over seeds with their spread, and cells.csv with every number, in OUT/runs. Each run leaves its own record; runs that are there are not repeated.
On many machines give each --shard i/n and a folder of its own, then "sweep merge" collects the folders; docker/ has scripts for Slurm and Kubernetes.
--set with one value, --config and --recipe hold for all runs.`,
		Example: `  experiments sweep fig1 --preset smoke --set seed=0..9
  experiments sweep fig1 --set loss=alignment,variance-reduced --set seed=0..2
  experiments sweep fig1 --set seed=0..9 --plan                       lists the runs
  experiments sweep fig1 --set seed=0..9 --shard 2/4 --out part2      the second of four machines
  experiments sweep merge part1 part2 part3 part4`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			axes, err := sweep.ParseAxes(o.sets)
			if err != nil {
				return err
			}
			if len(axes) == 0 {
				return usage.Errorf("sweep: say what is varied, as --set seed=0..9")
			}
			part, err := sweep.ParseShard(shard)
			if err != nil {
				return err
			}
			o.sets = nil
			if err := checkIDs(args, false, o); err != nil {
				return err
			}
			env, err := o.env(a)
			if err != nil {
				return err
			}
			env.Strict, env.Sets = true, new(paper.Sets) // the runs' data are opened once
			s, err := sweep.New(args[0], axes, env)
			if err != nil {
				return asUsage(err)
			}
			if plan {
				a.Say("%s: %d runs", s.Name(), len(s.Cells))
				for i, c := range s.Cells {
					a.Say("  %d  %s  %s", i+1, c.Label, c.Run)
				}
				return nil
			}
			a.resumable = true
			if err := s.Run(cmd.Context(), env, part, a.Console); err != nil {
				return asUsage(err)
			}
			if part.Of > 1 {
				a.Say("shard %d of %d is done; when all are, collect them: experiments sweep merge FOLDER...", part.Index, part.Of)
				return nil
			}
			return s.Collect(env.Out, env.Command, a.Console)
		},
	}
	o.add(cmd)
	cmd.Flags().StringVar(&o.root, "data", "", "folder that holds the data sets (default $VAPO_DATA, else ./data)")
	cmd.Flags().StringVar(&shard, "shard", "", "run a part alone: i/n, counted from 1")
	cmd.Flags().BoolVar(&plan, "plan", false, "list the runs and stop")
	cmd.AddCommand(a.sweepMergeCommand())
	return cmd
}

func (a *app) sweepMergeCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "merge RESULTS...",
		Short: "Collect the shards of a sweep from other folders of results",
		Long: `Copies the runs of sweeps from the folders into OUT/runs, their hashes compared, and collects each sweep whose runs are all there.
Runs of other settings, data, backend or version are never mixed; what is missing is named.`,
		Example: "  experiments sweep merge part1 part2 part3 part4 --out results",
		Args:    cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, folders []string) error {
			if err := record.CheckOut(out); err != nil {
				return err
			}
			return sweep.Merge(out, folders, a.Console)
		},
	}
	cmd.Flags().StringVar(&out, "out", "results", "folder of results that receives them")
	return cmd
}
