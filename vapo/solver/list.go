package solver

import (
	"fmt"

	"vapoflow/vapo/named"
)

// List is the methods that can be named, by order: a new one is one line here.
var List = named.New("solver", listed(
	Euler,
	Midpoint,
	Heun,
	BogackiShampine,
	RK4,
	DormandPrince5,
	Tsitouras5,
	DormandPrince8,
))

// listed takes names and summaries from the tableaus, as in "Dormand–Prince 5(4): order 5, evaluations per step 6, chooses its
// steps".
func listed(all ...Tableau) (entries named.Entries[Tableau]) {
	for _, t := range all {
		evaluations := t.Stages()
		if t.FSAL() { // the last stage is the next step's first
			evaluations--
		}
		summary := fmt.Sprintf("%s: order %d, evaluations per step %d", t.Title, t.Order, evaluations)
		if t.Adaptive() {
			summary += ", chooses its steps"
		}
		entries = append(entries, named.Entries[Tableau]{{t.Name, summary, t}}...)
	}
	return entries
}

// Options are the settings that a name alone does not fix; the zero value takes the drivers' defaults.
type Options struct {
	Steps    int     `json:"steps,omitempty"` // above 0: that many equal steps, also for a method that can adapt
	RTol     float64 `json:"rtol,omitempty"`
	ATol     float64 `json:"atol,omitempty"`
	MaxSteps int     `json:"max_steps,omitempty"`
}

// New returns the solver called name: Adaptive where the method estimates its error and o.Steps is 0, Fixed otherwise.
// Tolerances for a solver with fixed steps are an error.
func New(name string, o Options) (Solver, error) {
	t, err := List.Find(name)
	if err != nil {
		return nil, fmt.Errorf("solver: %w", err)
	}
	if o.Steps == 0 && t.Adaptive() {
		s := Adaptive{Tableau: t, RTol: o.RTol, ATol: o.ATol, MaxSteps: o.MaxSteps}
		_, err := s.withDefaults()
		return s, err
	}
	if o.RTol != 0 || o.ATol != 0 || o.MaxSteps != 0 {
		return nil, fmt.Errorf("solver: %s takes fixed steps, so rtol %g, atol %g and max_steps %d mean nothing; "+
			"set steps, or choose an adaptive solver such as dopri5 without steps", name, o.RTol, o.ATol, o.MaxSteps)
	}
	s := Fixed{Tableau: t, Steps: o.Steps}
	_, err = s.withDefaults()
	return s, err
}
