package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// injectedTag marks the cell that --set adds; papermill uses the same name.
const injectedTag = "injected-parameters"

// parametersTag marks the cell that declares what --set may change.
const parametersTag = "parameters"

// A parameter is a variable declared in the parameters cell.
type parameter struct {
	typ  string // its type as written, or ""
	kind string // "string", "int", "float64" or "bool" where type or value show it, else ""
}

// A setting is one --set key=value.
type setting struct{ key, value string }

// parameters returns the variables that the notebook's parameters cell declares, by name; none if it has no such cell.
func (n *notebook) parameters() (map[string]parameter, error) {
	found := map[string]parameter{}
	for i, c := range n.code() {
		if !c.tagged(parametersTag) {
			continue
		}
		if err := declared(c.source, found); err != nil {
			return nil, &failure{cell: i + 1, text: fmt.Sprintf("the parameters cell: %v", err)}
		}
	}
	return found, nil
}

// declared adds the variables that a cell of declarations declares.
func declared(source string, to map[string]parameter) error {
	code := strings.Split(source, "\n")
	for i, line := range code {
		if line != "" && (line[0] == '%' || line[0] == '!') {
			code[i] = ""
		}
	}
	const first = "package p; "
	file, err := parser.ParseFile(token.NewFileSet(), "", first+strings.Join(code, "\n"), parser.SkipObjectResolution)
	if err != nil {
		return fmt.Errorf("want only declarations: %w", err)
	}
	for _, declaration := range file.Decls {
		group, ok := declaration.(*ast.GenDecl)
		if !ok || group.Tok != token.VAR {
			continue
		}
		for _, spec := range group.Specs {
			spec := spec.(*ast.ValueSpec)
			for i, name := range spec.Names {
				to[name.Name] = describe(spec, i)
			}
		}
	}
	return nil
}

// describe reads off type and kind of the i-th variable of a declaration.
func describe(spec *ast.ValueSpec, i int) parameter {
	if spec.Type != nil {
		var text strings.Builder
		_ = printer.Fprint(&text, token.NewFileSet(), spec.Type) // a Builder takes everything
		return parameter{text.String(), text.String()}
	}
	if len(spec.Values) != len(spec.Names) {
		return parameter{}
	}
	value := spec.Values[i]
	if sign, ok := value.(*ast.UnaryExpr); ok {
		value = sign.X
	}
	switch v := value.(type) {
	case *ast.BasicLit:
		kinds := map[token.Token]string{token.STRING: "string", token.INT: "int", token.FLOAT: "float64"}
		return parameter{kind: kinds[v.Kind]}
	case *ast.Ident:
		if v.Name == "true" || v.Name == "false" {
			return parameter{kind: "bool"}
		}
	}
	return parameter{}
}

// declare renders the declaration that sets the parameter to a value given on the command line: text for a string,
// a number, true or false, and a Go expression for all other types.
func (p parameter) declare(s setting) (string, error) {
	value, err := s.value, error(nil)
	switch p.kind {
	case "string":
		value = strconv.Quote(value)
	case "bool":
		if value != "true" && value != "false" {
			err = strconv.ErrSyntax
		}
	case "int":
		_, err = strconv.ParseInt(value, 0, 64)
	case "float64":
		_, err = strconv.ParseFloat(value, 64)
		if _, e := strconv.Atoi(value); e == nil {
			value += ".0" // or the variable would become an int
		}
	default:
		_, err = parser.ParseExpr(value)
	}
	if err != nil {
		return "", fmt.Errorf("--set %s=%s: want a value of type %s", s.key, s.value, cmp.Or(p.kind, "as in the notebook"))
	}
	return strings.Join(strings.Fields("var "+s.key+" "+p.typ), " ") + " = " + value, nil
}

// set adds a cell with those settings that the notebook has as parameters behind its parameters cell, in place of one that an
// earlier run added.
func (n *notebook) set(settings []setting) error {
	if len(settings) == 0 {
		return nil
	}
	known, err := n.parameters()
	if err != nil {
		return err
	}
	chosen := map[string]string{}
	for _, s := range settings {
		if p, ok := known[s.key]; ok {
			if chosen[s.key], err = p.declare(s); err != nil {
				return err
			}
		}
	}
	if len(chosen) == 0 {
		return nil
	}
	n.cells = slices.DeleteFunc(n.cells, func(c *cell) bool { return c.tagged(injectedTag) })
	source := "// Set on the command line."
	for _, key := range slices.Sorted(maps.Keys(chosen)) {
		source += "\n" + chosen[key]
	}
	at := 0
	for i, c := range n.cells {
		if c.tagged(parametersTag) {
			at = i + 1
		}
	}
	n.cells = slices.Insert(n.cells, at, &cell{kind: "code", id: injectedTag, source: source,
		metadata: map[string]any{"tags": []any{injectedTag}}})
	n.nameCells()
	return nil
}

// checkSettings returns an error if a setting is a parameter of no notebook, or has the wrong type for one.
func checkSettings(settings []setting, jobs []job) error {
	all := map[string]parameter{}
	for _, j := range jobs {
		if j.err != nil {
			continue // reported when its turn comes
		}
		known, err := j.notebook.parameters()
		if err != nil {
			continue
		}
		maps.Copy(all, known)
		for _, s := range settings {
			if p, ok := known[s.key]; ok {
				if _, err := p.declare(s); err != nil {
					return err
				}
			}
		}
	}
	for _, s := range settings {
		if _, ok := all[s.key]; ok {
			continue
		}
		if len(all) == 0 {
			return fmt.Errorf("--set %s: no cell tagged %q declares a variable", s.key, parametersTag)
		}
		return fmt.Errorf("--set %s: no such parameter; there is %s", s.key, strings.Join(slices.Sorted(maps.Keys(all)), ", "))
	}
	return nil
}
