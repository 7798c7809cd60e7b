package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
)

// printTimes writes the table of --times: seconds from sending each cell to its last output, and how the cell begins. GoNB compiles
// and runs the program anew in each cell, so this is what a person at the notebook waits for.
func printTimes(results []result, out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "notebook\tcell\tseconds\tbegins")
	for _, r := range results {
		for i, c := range r.cells {
			took := "not run"
			if c.ran {
				took = fmt.Sprintf("%.2f", c.seconds)
			}
			fmt.Fprintf(table, "%s\t%d\t%s\t%s\n", r.path, i+1, took, c.begins)
		}
		fmt.Fprintf(table, "%s\tall\t%.2f\twith the start of the kernel\n", r.path, r.seconds)
	}
	return table.Flush()
}

// begins is the first line that tells one cell from another, shortened: not blank, not a comment, not an import, not a bare %%.
func begins(source string) string {
	const most = 48
	said := strings.Split(source, "\n")
	imports := false
	at := slices.IndexFunc(said, func(line string) bool {
		line = strings.TrimSpace(line)
		switch {
		case imports || strings.HasPrefix(line, "import"):
			imports = strings.HasPrefix(line, "import (") || imports && line != ")"
			return false
		}
		return line != "" && line != "%%" && !strings.HasPrefix(line, "//")
	})
	if at < 0 {
		return ""
	}
	line := []rune(strings.TrimSpace(said[at]))
	if len(line) > most {
		line = append(line[:most-1], '…')
	}
	return string(line)
}
