package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"vapoflow/experiments/record"
	"vapoflow/experiments/report"
)

func (a *app) reportCommand() *cobra.Command {
	var out, markdown string
	var redraw, noPictures, verify bool
	cmd := &cobra.Command{
		Use:   "report",
		Short: "Write RESULTS.md and index.html from the records",
		Long: `Writes OUT/RESULTS.md and OUT/index.html from the records in OUT/runs and from nothing else. The page holds its
pictures, so that it can be sent as one file. What is damaged of the records is left out and named, and the exit code is 1.`,
		Example: `  experiments report
  experiments report --redraw                 draw the figures again from the records' arrays, without training
  experiments report --markdown RESULTS.md --no-pictures     the page in the repository`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := record.CheckOut(out); err != nil {
				return fmt.Errorf("--out %s: %w", out, err)
			}
			if markdown == "" {
				markdown = filepath.Join(out, "RESULTS.md")
			}
			if redraw {
				if err := report.Redraw(out, a.Console); err != nil {
					return err
				}
			}
			return report.Write(report.Options{Out: out, Markdown: markdown, NoPictures: noPictures, Verify: verify}, a.Console)
		},
	}
	cmd.Flags().StringVar(&out, "out", "results", "folder of results")
	cmd.Flags().StringVar(&markdown, "markdown", "", "file for the Markdown (default OUT/RESULTS.md)")
	cmd.Flags().BoolVar(&noPictures, "no-pictures", false, "link no pictures in the Markdown, for a place without OUT/runs")
	cmd.Flags().BoolVar(&redraw, "redraw", false, "draw every figure again first")
	cmd.Flags().BoolVar(&verify, "verify", false, "read every file of the records and compare its sha256; else only those that were changed since, by their size and time")
	return cmd
}
