package vapo

import (
	"fmt"

	"vapoflow/vapo/dataset"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/optimizer"
	"vapoflow/vapo/solver"
)

// Piece is one choice that has a name. Kind is the setting that takes it: homotopy, potential, loss, optimizer, times, solver or data.
type Piece struct{ Kind, Name, Summary string }

// Pieces lists every homotopy, potential, loss, optimizer, way of drawing s, solver and data set that can be named.
func Pieces() (pieces []Piece) {
	add := func(kind string, names []string, summary func(string) string) {
		for _, name := range names {
			pieces = append(pieces, Piece{kind, name, summary(name)})
		}
	}
	add("homotopy", homotopy.Names(), homotopy.Summary)
	add("potential", networks.Names(), networks.Summary)
	add("loss", loss.Names(), loss.Summary)
	add("optimizer", optimizer.Names(), optimizer.Summary)
	add("times", times.Names(), times.Summary)
	for _, t := range solver.Tableaus() {
		pieces = append(pieces, Piece{"solver", t.Name, solverSummary(t)})
	}
	for _, d := range dataset.List() {
		pieces = append(pieces, Piece{"data", d.Name, d.Title})
	}
	return pieces
}

// solverSummary is a method in a line, as in "Dormand–Prince 5(4): order 5, evaluations per step 6, chooses its steps".
func solverSummary(t solver.Tableau) string {
	evaluations := t.Stages()
	if t.FSAL() { // the last stage is the next step's first
		evaluations--
	}
	text := fmt.Sprintf("%s: order %d, evaluations per step %d", t.Title, t.Order, evaluations)
	if t.Adaptive() {
		text += ", chooses its steps"
	}
	return text
}

// List prints [Pieces], one line each.
func List() {
	for _, p := range Pieces() {
		fmt.Printf("%-10s %-17s %s\n", p.Kind, p.Name, p.Summary)
	}
}
