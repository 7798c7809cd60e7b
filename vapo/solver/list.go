package solver

import (
	"fmt"
	"strings"
)

// Tableaus lists the methods by order. A new method is one value in one file and one entry here.
func Tableaus() []Tableau {
	return []Tableau{Euler, Midpoint, Heun, BogackiShampine, RK4, DormandPrince5, Tsitouras5, DormandPrince8}
}

// ByName returns the tableau called name, such as "rk4" or "dopri5".
func ByName(name string) (Tableau, error) {
	var names []string
	for _, t := range Tableaus() {
		if t.Name == name {
			return t, nil
		}
		names = append(names, t.Name)
	}
	return Tableau{}, fmt.Errorf("solver: no solver %q; choose one of %s", name, strings.Join(names, ", "))
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
	t, err := ByName(name)
	if err != nil {
		return nil, err
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
