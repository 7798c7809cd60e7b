package report

import (
	"fmt"
	"path/filepath"
	"strings"
)

// markdown writes the page as Markdown, with pictures linked relative to the folder dir or left out.
func (p page) markdown(dir string, pictures bool) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Results\n\nGenerated from the records in `runs/` by `experiments report`; edit nothing here.\n\n%s\n", standings)
	line("| element | title | run | result | standing |\n|---|---|---|---|---|")
	for _, e := range p.Elements {
		if len(e.Runs) == 0 {
			line("| %s | %s | not run yet | | |", e.ID, e.Title)
		}
		for _, r := range e.Runs {
			line("| %s | %s | %s | %s | %s |", e.ID, e.Title, cell(r.Name), cell(r.Main()), r.Claim)
		}
	}
	for _, e := range p.Elements {
		for _, r := range e.Runs {
			line("\n## %s: %s", r.Name, e.Title)
			r.markdown(line, dir, pictures)
		}
	}
	for _, r := range append(p.Own, p.Benches...) {
		line("\n## %s: %s", r.Name, r.Title)
		r.markdown(line, dir, pictures)
	}
	if len(p.Broken) > 0 {
		line("\n## Unfinished runs\n")
		for _, r := range p.Broken {
			line("- `%s`: %s. %s", r.Name, r.Status, r.Error)
		}
	}
	return b.String()
}

func (r pageRun) markdown(line func(string, ...any), dir string, pictures bool) {
	line("")
	if r.Claim != "" {
		line("*%s*\n", r.Claim)
	}
	for _, note := range r.Notes {
		line("> %s\n", note)
	}
	for _, f := range r.Figures {
		path := filepath.Join(r.Dir, f.File)
		if relative, err := filepath.Rel(dir, path); err == nil {
			path = relative
		}
		if pictures {
			line("![%s](<%s>)\n", f.File, filepath.ToSlash(path))
		}
		line("%s: %s\n", f.File, f.Caption)
	}
	if len(r.Rows) > 0 {
		line("| result | value |\n|---|---|")
		for _, row := range r.Rows {
			line("| %s | %s |", cell(row[0]), cell(row[1]))
		}
		line("")
	}
	for _, t := range r.Tables {
		line("%s\n\n| %s |\n|%s", t.Caption, strings.Join(t.Header, " | "), strings.Repeat("---|", len(t.Header)))
		for _, row := range t.Rows {
			line("| %s |", strings.Join(row, " | "))
		}
		line("")
	}
	for _, fact := range r.Facts {
		line("- %s: %s", fact[0], fact[1])
	}
}

// cell keeps a table's bars apart from those of a text.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }
