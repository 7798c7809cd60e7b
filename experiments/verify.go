package main

import (
	"github.com/spf13/cobra"

	"vapoflow/experiments/verify"
)

func (a *app) verifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify [PATH]",
		Short: "Read every run, model and checkpoint of a folder whole, and say what is damaged",
		Long: `Compares every file of PATH (default results: a folder of results, or a run or model in it) with the hashes that were written with
it. What is damaged is named with what to do, one line each, and the exit code is 1. It changes nothing.`,
		Example: `  experiments verify
  experiments verify results/runs/fig1-quick-best-seed0`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, paths []string) error {
			return verify.Tree(cmd.Context(), append(paths, "results")[0], a.Console)
		},
	}
}
