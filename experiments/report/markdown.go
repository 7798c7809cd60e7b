package report

import (
	"fmt"
	"path/filepath"
	"strings"

	"vapoflow/experiments/record"
)

// markdown writes the page as Markdown, with pictures linked relative to the folder dir or left out.
func (p page) markdown(dir string, pictures bool) string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("# Results\n\nGenerated from the records in `runs/` by `experiments report`; edit nothing here.\n\n%s\n", standings)
	elements := record.Table{Header: []string{"element", "title", "run", "result", "standing"}}
	for _, e := range p.Elements {
		if len(e.Runs) == 0 {
			elements.Rows = append(elements.Rows, []string{e.ID, e.Title, "not run yet", "", ""})
		}
		for _, r := range e.Runs {
			elements.Rows = append(elements.Rows, []string{e.ID, e.Title, r.Name, r.Main(), r.Claim})
		}
	}
	b.WriteString(elements.Markdown())
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
		line("\n## Unfinished and damaged runs\n")
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
		if pictures && f.URI != "" {
			line("![%s](<%s>)\n", f.File, filepath.ToSlash(path))
		}
		line("%s: %s\n", f.File, f.Caption)
	}
	if len(r.Rows) > 0 {
		results := record.Table{Header: []string{"result", "value"}}
		for _, row := range r.Rows {
			results.Rows = append(results.Rows, row[:])
		}
		line("%s", results.Markdown())
	}
	for _, t := range r.Tables {
		line("%s", t.Markdown())
	}
	for _, fact := range r.Facts {
		line("- %s: %s", fact[0], fact[1])
	}
}
