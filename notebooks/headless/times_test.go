package main

import (
	"strings"
	"testing"
)

// TestTimes: a row for each cell, ran or not, and one for the whole notebook.
func TestTimes(t *testing.T) {
	var table strings.Builder
	err := printTimes([]result{{path: "a.ipynb", seconds: 12, cells: []cellResult{
		{ran: true, seconds: 1.236, begins: "%noautoget"}, {begins: "var late = 1"}}}}, &table)
	want := `notebook  cell  seconds  begins
a.ipynb   1     1.24     %noautoget
a.ipynb   2     not run  var late = 1
a.ipynb   all   12.00    with the start of the kernel
`
	if got := table.String(); err != nil || got != want {
		t.Errorf("%v, got\n%swant\n%s", err, got, want)
	}
}

func TestBegins(t *testing.T) {
	for source, want := range map[string]string{
		"":                                    "",
		"%noautoget":                          "%noautoget",
		"import \"fmt\"\n\n%%\nfmt.Println()": "fmt.Println()",
		"import (\n\t\"fmt\"\n)\n\n// f is.\nfunc f() {\n}": "func f() {",
		"// only a comment\n%%\n":                           "",
		strings.Repeat("é", 60):                             strings.Repeat("é", 47) + "…",
	} {
		if got := begins(source); got != want {
			t.Errorf("begins(%q) = %q, want %q", source, got, want)
		}
	}
}
