package vapo

import (
	"fmt"
	"strings"

	"vapoflow/vapo/dataset"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/optimizer"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
	"vapoflow/vapo/times"
)

// Piece is one choice that has a name. Kind is the setting that takes it: homotopy, potential, loss, optimizer, times, solver or
// data. Options are those of its own, as "frequencies=0", set by the key kind.option.
type Piece struct {
	Kind, Name, Summary string
	Options             []string
}

// lists are all kinds of pieces.
var lists = []interface {
	Kind() string
	Names() []string
	Summary(name string) string
	Options(name string) []string
}{homotopy.List, potential.List, loss.List, optimizer.List, times.List, solver.List, dataset.List}

// shared are the settings of [Config] that set a piece's field of that name.
var shared = map[string]bool{"width": true, "depth": true, "omega": true, "sigma": true}

// Pieces lists all that can be named.
func Pieces() (pieces []Piece) {
	for _, l := range lists {
		for _, name := range l.Names() {
			p := Piece{Kind: l.Kind(), Name: name, Summary: l.Summary(name)}
			for _, option := range l.Options(name) {
				if key, _, _ := strings.Cut(option, "="); !shared[key] {
					p.Options = append(p.Options, option)
				}
			}
			pieces = append(pieces, p)
		}
	}
	return pieces
}

// String is the piece in a line, with the options that --set takes.
func (p Piece) String() string {
	text := fmt.Sprintf("%-10s %-17s %s", p.Kind, p.Name, p.Summary)
	for _, option := range p.Options {
		text += fmt.Sprintf("; %s.%s", p.Kind, option)
	}
	return text
}

// List prints [Pieces], one line each.
func List() {
	for _, p := range Pieces() {
		fmt.Println(p)
	}
}
