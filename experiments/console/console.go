// Package console tells the user of the command what goes on: lines, tables, and progress as bars on a terminal and as lines
// elsewhere.
package console

import (
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"vapoflow/experiments/record"
)

// Console is where the user reads.
type Console struct{ Out io.Writer }

// Say prints a line.
func (c *Console) Say(format string, args ...any) { fmt.Fprintf(c.Out, format+"\n", args...) }

// Table prints a table with aligned columns, below its caption.
func (c *Console) Table(t record.Table) {
	c.Say("%s", t.Caption)
	widths := make([]int, len(t.Header))
	all := append([][]string{t.Header}, t.Rows...)
	for _, row := range all {
		for i, text := range row {
			widths[i] = max(widths[i], len([]rune(text)))
		}
	}
	for _, row := range all {
		var line strings.Builder
		for i, text := range row {
			line.WriteString(text + strings.Repeat(" ", widths[i]-len([]rune(text))+2))
		}
		c.Say("  %s", strings.TrimRight(line.String(), " "))
	}
}

// OneLine keeps an error to one line, whatever libraries put into it.
func OneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}

func (c *Console) isTerminal() bool {
	f, ok := c.Out.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
