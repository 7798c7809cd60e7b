package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"vapoflow/experiments/bench"
	"vapoflow/experiments/record"
)

func (a *app) benchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure this machine, or the method against closed forms",
		Long:  "Each measurement leaves a record with its table, which \"experiments report\" shows.",
		Example: `  experiments bench step
  experiments bench excess --seeds 1 --problems ring8
  experiments bench images --budgets 2400 --name 40-minutes`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	for _, b := range bench.Benches() {
		cmd.AddCommand(a.oneBenchCommand(b))
	}
	cmd.AddCommand(&cobra.Command{Use: "worker WORKLOAD", Short: "Take steps for bench step --peers",
		Hidden: true, Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return bench.Worker(cmd.Context(), args[0], os.Stdin, a.Out)
		}})
	return cmd
}

func (a *app) oneBenchCommand(b bench.Bench) *cobra.Command {
	var out, name string
	cmd := &cobra.Command{Use: b.ID, Short: b.Short, Long: b.Long, Example: b.Example, Args: cobra.NoArgs}
	cmd.Flags().StringVar(&out, "out", "results", "folder of results")
	cmd.Flags().StringVar(&name, "name", "", "keep the record as bench-"+b.ID+"~NAME, beside others of this bench, which without a name replace each other")
	options := b.Options(cmd.Flags())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		dir, err := b.Run(cmd.Context(), options, bench.Env{Out: out, Name: name, Command: "experiments " + joinArgs(a.args), DataRoot: func() (string, error) { return dataRoot("") }, Console: a.Console})
		if err != nil {
			return err
		}
		m, err := record.Read(dir)
		if err != nil {
			return err
		}
		for _, t := range m.Tables {
			a.Table(t)
		}
		a.Say("record: %s", filepath.Join(dir, record.ManifestFile))
		return nil
	}
	return cmd
}
