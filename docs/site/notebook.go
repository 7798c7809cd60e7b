package main

import (
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/alecthomas/chroma/v2/formatters"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
)

// lines are text in a notebook: a string, or a list of its lines.
type lines string

func (l *lines) UnmarshalJSON(text []byte) error {
	var list []string
	if json.Unmarshal(text, &list) == nil {
		*l = lines(strings.Join(list, ""))
		return nil
	}
	return json.Unmarshal(text, (*string)(l))
}

type notebook struct {
	Cells []struct {
		Type    string `json:"cell_type"`
		Source  lines  `json:"source"`
		Outputs []struct {
			Text      lines            `json:"text"`
			Data      map[string]lines `json:"data"`
			Traceback []string         `json:"traceback"`
		} `json:"outputs"`
	} `json:"cells"`
}

// colour are the escape sequences of terminals.
var colour = regexp.MustCompile("\x1b\\[[0-9;]*m")

func (s *site) addNotebook(file string) error {
	content, err := os.ReadFile(filepath.Join(s.root, filepath.FromSlash(file)))
	if err != nil {
		return err
	}
	var n notebook
	if err := json.Unmarshal(content, &n); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	title, body := "", strings.Builder{}
	for _, c := range n.Cells {
		if c.Type == "markdown" {
			text, first, err := s.renderMath(file, string(c.Source))
			if err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
			if title == "" {
				title = first
			}
			body.WriteString(string(text))
			continue
		}
		body.WriteString("<div class=cell>" + string(code(string(c.Source))) + "</div>\n")
		for _, o := range c.Outputs {
			body.WriteString("<div class=output>" + output(o.Data, string(o.Text)+strings.Join(o.Traceback, "\n")) + "</div>\n")
		}
	}
	if title == "" {
		title = strings.TrimSuffix(path.Base(file), ".ipynb")
	}
	s.pages = append(s.pages, page{s.at[file], title, "Notebooks", template.HTML(body.String())})
	return nil
}

// output shows the richest form that there is.
func output(data map[string]lines, text string) string {
	if png := data["image/png"]; png != "" {
		return `<img alt="output of the cell" src="data:image/png;base64,` + strings.TrimSpace(string(png)) + `">`
	}
	if rich := data["text/html"]; rich != "" {
		return string(rich)
	}
	return "<pre>" + html.EscapeString(colour.ReplaceAllString(text+string(data["text/plain"]), "")) + "</pre>"
}

// code is Go with its colours.
func code(source string) template.HTML {
	var out strings.Builder
	tokens, err := lexers.Get("go").Tokenise(nil, source)
	if err == nil {
		err = formatters.Get("html").Format(&out, styles.Get(style), tokens)
	}
	if err != nil {
		return template.HTML("<pre>" + html.EscapeString(source) + "</pre>")
	}
	return template.HTML(out.String())
}
