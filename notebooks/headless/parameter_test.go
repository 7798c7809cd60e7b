package main

import (
	"fmt"
	"strings"
	"testing"
)

// Example shows the cell that --set adds behind the cell tagged "parameters".
func Example() {
	n := &notebook{cells: []*cell{
		{kind: "code", source: "var preset = \"smoke\"\nvar steps, rate = 100, 1e-3", metadata: map[string]any{"tags": []any{"parameters"}}},
		{kind: "code", source: "%%\nfmt.Println(preset, steps, rate)"},
	}}
	if err := n.set([]setting{{"rate", "1"}, {"preset", "quick"}}); err != nil {
		panic(err)
	}
	fmt.Println(n.cells[1].source)
	// Output:
	// // Set on the command line.
	// var preset = "quick"
	// var rate = 1.0
}

func TestDeclare(t *testing.T) {
	const source = "%noautoget\nvar (\n\tname = \"a\"\n\tn int64 = 3\n\tneg = -2\n\tx = .5\n\ton = false\n\twait = 3*time.Second\n\ta, b = f()\n)\nvar list []string"
	found := map[string]parameter{}
	if err := declared(source, found); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ key, value, want string }{
		{"name", `two "words"`, `var name = "two \"words\""`},
		{"n", "7", "var n int64 = 7"},
		{"neg", "0x10", "var neg = 0x10"},
		{"neg", "seven", ""},
		{"neg", "1.5", ""},
		{"x", "2", "var x = 2.0"},
		{"x", "1e-4", "var x = 1e-4"},
		{"x", "big", ""},
		{"on", "true", "var on = true"},
		{"on", "1", ""},
		{"wait", "time.Minute", "var wait = time.Minute"},
		{"wait", "time.", ""},
		{"b", "4", "var b = 4"},
		{"list", `[]string{"u"}`, `var list []string = []string{"u"}`},
	} {
		p, ok := found[c.key]
		if !ok {
			t.Errorf("%s was not found", c.key)
		}
		got, err := p.declare(setting{c.key, c.value})
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s=%s: %q, %v, want %q", c.key, c.value, got, err, c.want)
		}
		if err != nil && !strings.Contains(err.Error(), c.key+"="+c.value) {
			t.Errorf("%s=%s: the error does not name them: %v", c.key, c.value, err)
		}
	}
}

// TestSetAgain: setting replaces the cell of an earlier run and leaves a notebook without parameters alone.
func TestSetAgain(t *testing.T) {
	n := &notebook{cells: []*cell{
		{kind: "code", id: "p", source: "var a = 1", metadata: map[string]any{"tags": []any{"parameters"}}},
		{kind: "code", id: "q", source: "var b = 2"},
	}}
	for _, value := range []string{"5", "6"} {
		if err := n.set([]setting{{"a", value}, {"b", "9"}}); err != nil {
			t.Fatal(err)
		}
	}
	if len(n.cells) != 3 || !strings.HasSuffix(n.cells[1].source, "\nvar a = 6") {
		t.Errorf("cells %d, the second is %q", len(n.cells), n.cells[1].source)
	}
	if code := n.code(); len(code) != 2 || code[1].id != "q" {
		t.Error("the added cell is counted: the numbers of the others would move")
	}
	plain := &notebook{cells: []*cell{{kind: "code", source: "var a = 1"}}}
	if err := plain.set([]setting{{"a", "5"}}); err != nil || len(plain.cells) != 1 {
		t.Errorf("without a parameters cell: %v, %d cells", err, len(plain.cells))
	}
}
