package main

import (
	"bytes"
	"fmt"
	"html/template"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/wyatt915/treeblood"
	"github.com/yuin/goldmark"
	highlighting "github.com/yuin/goldmark-highlighting/v2"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
)

const style = "github" // of code

var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM, highlighting.NewHighlighting(highlighting.WithStyle(style))),
	goldmark.WithParserOptions(parser.WithAutoHeadingID()), goldmark.WithRendererOptions(html.WithUnsafe()))

// texts are the Markdown files of the repository, guides first.
func (s *site) texts() (files []string, err error) {
	for _, g := range guides {
		files = append(files, g.file)
	}
	err = filepath.WalkDir(s.root, func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && file != s.root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "results" || d.Name() == "data" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		name, err := filepath.Rel(s.root, file)
		if name = filepath.ToSlash(name); path.Ext(name) == ".md" && !slices.Contains(files, name) {
			files = append(files, name)
		}
		return err
	})
	return files, err
}

func (s *site) addText(file string) error {
	source, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(file)))
	if err != nil {
		return err
	}
	body, title, err := s.render(file, source)
	if err != nil {
		return err
	}
	for _, g := range guides {
		if g.file == file {
			title = g.title
		}
	}
	s.pages = append(s.pages, page{s.at[file], title, "Guide", body})
	return nil
}

// render gives the HTML of a file's Markdown, with its links turned to the site, and its first heading.
func (s *site) render(file string, source []byte) (body template.HTML, title string, err error) {
	doc := markdown.Parser().Parse(text.NewReader(source))
	err = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			n.Destination = []byte(s.link(file, string(n.Destination)))
		case *ast.Image:
			n.Destination = []byte(s.link(file, string(n.Destination)))
		case *ast.Heading:
			if title == "" {
				title = string(n.Lines().Value(source))
			}
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", "", err
	}
	var out bytes.Buffer
	err = markdown.Renderer().Render(&out, source, doc)
	return template.HTML(out.String()), title, err
}

// formulas finds TeX between dollars, and code before it, in which a dollar is a dollar.
var formulas = regexp.MustCompile("(?s)```.*?```|`[^`]*`|\\$\\$.+?\\$\\$|\\$[^$]+?\\$")

// renderMath is render for Markdown with formulas, which come out as MathML.
func (s *site) renderMath(file string, source string) (template.HTML, string, error) {
	var found []string
	source = formulas.ReplaceAllStringFunc(source, func(tex string) string {
		if tex[0] == '`' {
			return tex
		}
		write := treeblood.InlineStyle
		if strings.HasPrefix(tex, "$$") {
			write = treeblood.DisplayStyle
		}
		inner := strings.Trim(tex, "$")
		ml, err := write(inner, nil)
		if err != nil {
			ml = "<code>" + template.HTMLEscapeString(inner) + "</code>"
		}
		found = append(found, ml)
		return fmt.Sprintf("formula%dhere", len(found)-1) // Markdown would read underscores in it
	})
	body, title, err := s.render(file, []byte(source))
	for i, ml := range found {
		body = template.HTML(strings.ReplaceAll(string(body), fmt.Sprintf("formula%dhere", i), ml))
	}
	return body, title, err
}
