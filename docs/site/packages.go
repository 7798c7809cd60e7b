package main

import (
	"encoding/json"
	"fmt"
	"go/ast"
	"go/doc"
	"go/doc/comment"
	"go/format"
	"go/parser"
	"go/token"
	"html"
	"html/template"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// goPackage is a package of the repository.
type goPackage struct {
	folder       string // in the repository, with slashes
	Dir          string
	ImportPath   string
	GoFiles      []string
	CgoFiles     []string
	TestGoFiles  []string
	XTestGoFiles []string
	Module       struct{ Path string }
}

// list are the packages that a reader of the documentation may import or run, in the order of their paths.
func list(root string) (found []goPackage, err error) {
	command := exec.Command("go", "list", "-json=Dir,ImportPath,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,Module", "./...")
	command.Dir = root
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("go list ./... in %s: %w", root, err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); d.More(); {
		var p goPackage
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
		p.folder = strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, p.Module.Path), "/")
		if !slices.Contains(strings.Split(p.folder, "/"), "internal") {
			found = append(found, p)
		}
	}
	return found, nil
}

// addPackage writes what `go doc -all` says of a package, with its examples.
func (s *site) addPackage(p goPackage) error {
	files := token.NewFileSet()
	var parsed []*ast.File
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles, p.TestGoFiles, p.XTestGoFiles) {
		f, err := parser.ParseFile(files, filepath.Join(p.Dir, name), nil, parser.ParseComments)
		if err != nil {
			return err
		}
		parsed = append(parsed, f)
	}
	is, err := doc.NewFromFiles(files, parsed, p.ImportPath)
	if err != nil {
		return err
	}
	w := &writer{site: s, p: p, doc: is, files: files, comments: is.Printer()}
	w.comments.HeadingLevel = 3
	w.comments.DocLinkURL = w.docLink
	w.page()
	s.pages = append(s.pages, page{s.at[p.folder], p.folder, "Packages", template.HTML(w.out.String())})
	return nil
}

// writer writes the page of one package.
type writer struct {
	site     *site
	p        goPackage
	doc      *doc.Package
	files    *token.FileSet
	comments *comment.Printer
	out      strings.Builder
}

// docLink leads to a name of this or another package, those of others on pkg.go.dev.
func (w *writer) docLink(link *comment.DocLink) string {
	anchor := ""
	if link.Name != "" {
		anchor = "#" + strings.TrimPrefix(link.Recv+"."+link.Name, ".")
	}
	if link.ImportPath == "" || link.ImportPath == w.p.ImportPath {
		return anchor
	}
	folder := strings.TrimPrefix(strings.TrimPrefix(link.ImportPath, w.p.Module.Path), "/")
	if place, ok := w.site.at[folder]; ok && folder != link.ImportPath {
		return relative(w.site.at[w.p.folder], place) + anchor
	}
	return "https://pkg.go.dev/" + link.ImportPath + anchor
}

func (w *writer) page() {
	fmt.Fprintf(&w.out, "<h1>package %s</h1>\n<p><code>import %q</code></p>\n", w.doc.Name, w.p.ImportPath)
	if w.doc.Name == "main" {
		w.out.Reset()
		fmt.Fprintf(&w.out, "<h1>command %s</h1>\n<p><code>go run ./%s</code></p>\n", w.p.folder, w.p.folder)
	}
	w.say(w.doc.Doc)
	w.examples(w.doc.Examples)
	if w.doc.Name == "main" {
		return
	}
	w.values(w.doc.Consts)
	w.values(w.doc.Vars)
	w.funcs("", w.doc.Funcs)
	for _, t := range w.doc.Types {
		w.heading(t.Name, "type "+t.Name)
		w.fields(t)
		w.declare(t.Decl)
		w.say(t.Doc)
		w.examples(t.Examples)
		w.values(t.Consts)
		w.values(t.Vars)
		w.funcs("", t.Funcs)
		w.funcs(t.Name, t.Methods)
	}
}

func (w *writer) heading(id, title string) {
	fmt.Fprintf(&w.out, "<h2 id=%q>%s</h2>\n", id, html.EscapeString(title))
}

// fields makes a place for each field and each method of an interface, to which comments link.
func (w *writer) fields(t *doc.Type) {
	ast.Inspect(t.Decl, func(n ast.Node) bool {
		if field, ok := n.(*ast.Field); ok {
			for _, name := range field.Names {
				if name.IsExported() {
					fmt.Fprintf(&w.out, "<a id=\"%s.%s\"></a>", t.Name, name.Name)
				}
			}
			return false
		}
		return true
	})
}

func (w *writer) say(text string) { w.out.Write(w.comments.HTML(w.doc.Parser().Parse(text))) }

func (w *writer) values(all []*doc.Value) {
	for _, v := range all {
		for _, name := range v.Names {
			fmt.Fprintf(&w.out, "<a id=%q></a>", name)
		}
		w.declare(v.Decl)
		w.say(v.Doc)
	}
}

func (w *writer) funcs(of string, all []*doc.Func) {
	for _, f := range all {
		if of == "" {
			w.heading(f.Name, "func "+f.Name)
		} else {
			w.heading(of+"."+f.Name, fmt.Sprintf("func (%s) %s", f.Recv, f.Name))
		}
		w.declare(f.Decl)
		w.say(f.Doc)
		w.examples(f.Examples)
	}
}

func (w *writer) examples(all []*doc.Example) {
	for _, e := range all {
		title := "Example"
		if e.Suffix != "" {
			title += " (" + e.Suffix + ")"
		}
		fmt.Fprintf(&w.out, "<details><summary>%s</summary>", title)
		w.say(e.Doc)
		w.print(e.Code)
		if e.Output != "" {
			fmt.Fprintf(&w.out, "<div class=output><pre>%s</pre></div>", html.EscapeString(e.Output))
		}
		w.out.WriteString("</details>\n")
	}
}

// declare shows a declaration without the body of a function.
func (w *writer) declare(d ast.Decl) {
	if f, ok := d.(*ast.FuncDecl); ok {
		f.Body = nil
	}
	w.print(d)
}

func (w *writer) print(node any) {
	var text strings.Builder
	if err := format.Node(&text, w.files, node); err != nil {
		fmt.Fprintf(&text, "(%v)", err)
	}
	source := text.String()
	if inner, ok := strings.CutPrefix(source, "{\n"); ok { // an example's body
		source = strings.ReplaceAll("\n"+strings.TrimSuffix(inner, "}"), "\n\t", "\n")
	}
	w.out.WriteString(string(code(strings.TrimSpace(source))))
}
