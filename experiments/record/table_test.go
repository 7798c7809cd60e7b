package record_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode"

	"vapoflow/experiments/record"
)

var awkward = record.Table{
	Caption: "5 % of Φ(x, s), a|b",
	Header:  []string{"set_name", "KID ×10³"},
	Rows:    [][]string{{`a "quoted", cell`, "−1.5"}, {"#1 & {2}", "±½"}},
}

// A CSV reader gets back every cell, and LaTeX leaves no bare command character in a text.
func TestTablesKeepTheirCells(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(awkward.CSV())).ReadAll()
	if err != nil || !reflect.DeepEqual(rows, append([][]string{awkward.Header}, awkward.Rows...)) {
		t.Errorf("CSV reads back as %q, %v", rows, err)
	}
	tex := awkward.LaTeX()
	for _, want := range []string{`5 \% of $\Phi$(x, s)`, `set\_name & KID $\times$10$^3$ \\`, `\#1 \& \{2\} & $\pm$$\frac12$ \\`, `{lc}`} {
		if !strings.Contains(tex, want) {
			t.Errorf("LaTeX lacks %s:\n%s", want, tex)
		}
	}
}

// TeX's text fonts have no Greek: every letter becomes a command, or the Latin letter that it looks like.
func TestLaTeXKnowsGreek(t *testing.T) {
	for letter := 'Α'; letter <= 'ω'; letter++ {
		if !unicode.IsLetter(letter) || letter == 'Ϊ' || 'Ϋ' <= letter && letter <= 'ΰ' { // accented
			continue
		}
		tex := record.Table{Header: []string{string(letter), string(letter) + "\u0304"}}.LaTeX()
		if strings.ContainsFunc(tex, func(r rune) bool { return r > unicode.MaxASCII }) {
			t.Errorf("%c: %s", letter, tex)
		}
	}
	for cell, want := range map[string]string{"∇_θ": `$\nabla$\_$\theta$`, "ρ̄": `$\bar{\rho}$`, "ω": `$\omega$`, "Ω": `$\Omega$`} {
		if tex := (record.Table{Header: []string{cell}}).LaTeX(); !strings.Contains(tex, want+` \\`) {
			t.Errorf("%s is not %s:\n%s", cell, want, tex)
		}
	}
}

// Whatever stands in a cell, the table keeps its rows and columns.
func TestMarkdownCellsStayCells(t *testing.T) {
	table := record.Table{Header: []string{"a|b", "x\ny"}, Rows: [][]string{{"<b>", "1"}}}
	if got, want := table.Markdown(), "| a\\|b | x y |\n|---|---|\n| \\<b> | 1 |\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestWriteTables(t *testing.T) {
	dir := t.TempDir()
	if err := record.WriteTables(dir, []record.Table{awkward, {Caption: "second", Header: []string{"a"}}}); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]string{"table.md": "second", "table.tex": "second", "table.csv": "quoted", "table-2.csv": "a\n"} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil || !strings.Contains(string(text), want) {
			t.Errorf("%s: %q, %v; want %q in it", file, text, err, want)
		}
	}
}

func ExampleTable_Markdown() {
	t := record.Table{Caption: "AUROC", Header: []string{"set", "energy"}, Rows: [][]string{{"SVHN", "0.75"}}}
	fmt.Print(t.Markdown())
	// Output:
	// AUROC
	//
	// | set | energy |
	// |---|---|
	// | SVHN | 0.75 |
}
