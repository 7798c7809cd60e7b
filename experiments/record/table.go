package record

import (
	"encoding/csv"
	"fmt"
	"path/filepath"
	"strings"
)

// Markdown is the table below its caption, where it has one.
func (t Table) Markdown() string {
	var b strings.Builder
	if t.Caption != "" {
		fmt.Fprintf(&b, "%s\n\n", t.Caption)
	}
	row := func(cells []string) {
		for _, cell := range cells {
			fmt.Fprintf(&b, "| %s ", markdownCell.Replace(cell))
		}
		b.WriteString("|\n")
	}
	row(t.Header)
	b.WriteString(strings.Repeat("|---", len(t.Header)) + "|\n")
	for _, cells := range t.Rows {
		row(cells)
	}
	return b.String()
}

// markdownCell keeps a text in its cell: bars and line ends would begin another, and what looks like HTML would vanish.
var markdownCell = strings.NewReplacer("|", `\|`, "\n", " ", "<", `\<`)

// CSV is the header and the rows, without the caption.
func (t Table) CSV() string {
	var b strings.Builder
	w := csv.NewWriter(&b) // writes to memory, which does not fail
	w.Write(t.Header)
	w.WriteAll(t.Rows)
	return b.String()
}

// LaTeX is a table environment that needs no package: the first column left-aligned, the others centred.
func (t Table) LaTeX() string {
	var b strings.Builder
	row := func(cells []string) {
		for i, cell := range cells {
			if i > 0 {
				b.WriteString(" & ")
			}
			b.WriteString(latex.Replace(cell))
		}
		b.WriteString(" \\\\\n")
	}
	fmt.Fprintf(&b, "\\begin{table}\n\\caption{%s}\n\\begin{tabular}{l%s}\n\\hline\n", latex.Replace(t.Caption),
		strings.Repeat("c", max(0, len(t.Header)-1)))
	row(t.Header)
	b.WriteString("\\hline\n")
	for _, cells := range t.Rows {
		row(cells)
	}
	b.WriteString("\\hline\n\\end{tabular}\n\\end{table}\n")
	return b.String()
}

// latex writes what TeX would read as commands, and mathematics and Greek that its text fonts lack.
var latex = strings.NewReplacer(append(greek(),
	`\`, `\textbackslash{}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`, "{", `\{`, "}", `\}`, "~",
	`\textasciitilde{}`, "^", `\textasciicircum{}`,
	"<", `$<$`, ">", `$>$`, "x̄", `$\bar x$`, "∇", `$\nabla$`, "∂", `$\partial$`, "∫", `$\int$`, "√", `$\surd$`, "‖", `$\|$`,
	"·", `$\cdot$`,
	"×", `$\times$`, "±", `$\pm$`, "≈", `$\approx$`, "≤", `$\le$`, "≥", `$\ge$`, "∞", `$\infty$`, "→", `$\to$`,
	"−", `$-$`, "½", `$\frac12$`, "²", `$^2$`, "³", `$^3$`,
)...)

// greek pairs the letters, with and without a bar, with TeX's commands; letters that look Latin have none.
func greek() (pairs []string) {
	const letters = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩ" + "αβγδεζηθικλμνξοπρςστυφχψω"
	commands := strings.Fields(`A B \Gamma \Delta E Z H \Theta I K \Lambda M N \Xi O \Pi P \Sigma T \Upsilon \Phi X \Psi \Omega
		\alpha \beta \gamma \delta \varepsilon \zeta \eta \theta \iota \kappa \lambda \mu \nu \xi o \pi \rho \varsigma \sigma \tau \upsilon \varphi \chi \psi \omega`)
	for i, letter := range []rune(letters) {
		pairs = append(pairs, string(letter)+"\u0304", `$\bar{`+commands[i]+`}$`, string(letter), "$"+commands[i]+"$")
	}
	return pairs
}

// WriteTables writes tables to a folder as table.md and table.tex, which hold all of them, and table.csv, table-2.csv and so on.
func WriteTables(dir string, tables []Table) error {
	var markdown, tex []string
	for i, t := range tables {
		markdown, tex = append(markdown, t.Markdown()), append(tex, t.LaTeX())
		name := "table.csv"
		if i > 0 {
			name = fmt.Sprintf("table-%d.csv", i+1)
		}
		if err := WriteFile(filepath.Join(dir, name), []byte(t.CSV())); err != nil {
			return fmt.Errorf("record: %w", err)
		}
	}
	for name, parts := range map[string][]string{"table.md": markdown, "table.tex": tex} {
		if err := WriteFile(filepath.Join(dir, name), []byte(strings.Join(parts, "\n"))); err != nil {
			return fmt.Errorf("record: %w", err)
		}
	}
	return nil
}
