package homotopy

import "vapoflow/vapo/named"

// List is the paths that can be named: a new one is one line here.
var List = named.New("homotopy", named.Entries[func(omega, sigma float64) (Arc, error)]{
	{"posterior", "the paper's: alpha = 1, beta = t", Posterior},
	{"linear", "alpha = 1-t, beta = t", Linear},
	{"straight", "flow matching's path: mu = t, sd = omega(1-t)", func(omega, _ float64) (Arc, error) { return Straight(omega) }},
})

// New builds a path by name with prior's ω and likelihood's σ; Straight ignores σ.
func New(name string, omega, sigma float64) (Arc, error) {
	build, err := List.Find(name)
	if err != nil {
		return Arc{}, err
	}
	return build(omega, sigma)
}
