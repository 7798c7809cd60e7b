package homotopy

import (
	"fmt"

	"vapoflow/vapo/named"
)

// List is the paths that can be named: a new one is one line here.
var List = named.New("homotopy", named.Entries[Homotopy]{
	{"posterior", "the paper's: alpha = 1, beta = t", Posterior{}},
	{"linear", "alpha = 1-t, beta = t", Linear{}},
	{"straight", "flow matching's path: mu = t, sd = omega(1-t)", Straight{}},
	{"trigonometric", "diffusion's: mu = sin, sd = omega cos", Trigonometric{End: 0.01}},
})

// New gives the path called name. The prior's ω and the likelihood's σ set the fields with the json tags omega and sigma; own are
// its other options. A path without σ ignores it, and one without ω must be asked for with ω = 1, unless it says otherwise.
func New(name string, omega, sigma float64, own named.Values) (Homotopy, error) {
	if List.Has(name) && omega != 1 && !List.Takes(name, "omega") {
		return nil, fmt.Errorf("homotopy %q has a prior of its own: leave omega at 1, got %g", name, omega)
	}
	return List.Make(name, map[string]any{"omega": omega, "sigma": sigma}, own)
}
