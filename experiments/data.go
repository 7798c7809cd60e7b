package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"vapoflow/experiments/console"
	"vapoflow/vapo/dataset"
)

func (a *app) dataCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "data",
		Short:   "List the data sets, or download one",
		Example: "  experiments data list\n  experiments data fetch cifar10",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(a.dataListCommand(), a.dataFetchCommand())
	return cmd
}

func (a *app) dataListCommand() *cobra.Command {
	var root string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the named data sets and which are there",
		Example: "  experiments data list\n  experiments data list --data ~/data",
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			dir, err := dataRoot(root)
			if err != nil {
				return err
			}
			for _, name := range dataset.List.Names() {
				a.Say("%-16s %s", name, describeData(name, dir))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&root, "data", "", "folder that holds the data sets (default $VAPO_DATA, else ./data)")
	return cmd
}

// describeData says what a named set holds, or how to get it.
func describeData(name, root string) string {
	set, err := openSet(name, root)
	if err != nil {
		return fmt.Sprintf("%s: %s", dataset.List.Summary(name), console.OneLine(err))
	}
	return describe(set.Info())
}

// openSet opens the training split, else the test split, which alone serves out-of-distribution tests.
func openSet(name, root string) (dataset.Dataset, error) {
	set, err := dataset.Open(name, dataset.Options{Root: root})
	if err != nil {
		if test, testErr := dataset.Open(name, dataset.Options{Root: root, Split: "test"}); testErr == nil {
			return test, nil
		}
	}
	return set, err
}

// describe is what was found, in a line.
func describe(info dataset.Info) string {
	count := "unlimited"
	if info.Len > 0 {
		count = fmt.Sprint(info.Len)
	}
	return fmt.Sprintf("%s; %s examples of shape %v, %s", info.Title, count, info.Shape, info.Source)
}

func (a *app) dataFetchCommand() *cobra.Command {
	var root string
	cmd := &cobra.Command{
		Use:     "fetch " + strings.Join(dataset.Fetchable(), "|"),
		Short:   "Download a data set from its official address and check its sha256",
		Example: "  experiments data fetch cifar10\n  experiments data fetch cifar10 --data ~/data",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if root == "" {
				root = os.Getenv(dataEnv)
			}
			if root == "" {
				root = dataHere
			}
			if dataset.Unencrypted(args[0]) {
				a.Say("%s comes without encryption (http): its pinned sha256 alone tells that it is what it should be", args[0])
			}
			if err := dataset.Fetch(cmd.Context(), args[0], root, a.Meter(args[0])); err != nil {
				return asUsage(err)
			}
			set, err := dataset.Open(args[0], dataset.Options{Root: root})
			if err != nil {
				return err
			}
			a.Say("%s is in %s", set.Info().Title, set.Info().Source)
			return nil
		},
	}
	cmd.Flags().StringVar(&root, "data", "", "folder to put it in (default $VAPO_DATA, else ./data)")
	return cmd
}
