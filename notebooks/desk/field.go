package desk

import (
	"fmt"
	"math"

	"vapoflow/experiments/measure"
	"vapoflow/figures"
	"vapoflow/vapo"
	"vapoflow/vapo/density"
	"vapoflow/vapo/solver"
)

// Field shows a model of the plane at s: the gradient ∇Φ(·, s) as arrows over the density ρ̄(·; s) that Φ implies, read off it by
// inversion, on the square [-3, 3]², and particles that the flow carries there from the prior. The inversion needs 0 < s < 1.
func Field(m *vapo.Model, s float64) { Show(Fields(m)(s)) }

// Fields gives what [Field] shows, at any s: desk.Slide("s", 0.05, 0.95, desk.Fields(m)). The particles are carried once.
func Fields(m *vapo.Model) func(s float64) *figures.Figure {
	clock, paths, err := carried(m)
	Check(err)
	return func(s float64) *figures.Figure {
		f := figures.FieldData{Width: 9, DensityName: fmt.Sprintf("ρ̄(·; %.3g)", s), Columns: []figures.FieldColumn{{S: s, T: math.NaN()}}, PathS: clock}
		f.Density = Density(61, func(x [][]float64) []float64 {
			return Must(density.Inversion{S: s}.LogDensity(&m.Flow, narrow(x)))
		})
		f.Rows = []figures.FieldRow{{Name: "∇Φ", Arrows: []figures.Arrows{Arrows(&m.Flow, s)}, Paths: paths}}
		return Must(figures.Field(f))
	}
}

// carried are the paths of particles of the prior, at the clock's values.
func carried(m *vapo.Model) (clock []float64, paths [][][2]float64, err error) {
	if len(m.Shape) != 1 || m.Shape[0] != 2 {
		return nil, nil, fmt.Errorf("desk: a field of arrows is of points [2] of the plane, and the model's have shape %v", m.Shape)
	}
	const particles, steps = 100, 50
	clock = measure.Span(0, 1, steps+1)
	x, err := m.Prior(0, 0, particles)
	if err != nil {
		return nil, nil, err
	}
	sol, err := solver.Fixed{Tableau: solver.Heun, Steps: steps, SaveAt: clock}.Solve(Context(), m.Field(), solver.State{x}, 0, 1)
	if err != nil {
		return nil, nil, err
	}
	defer sol.Finalize()
	for _, state := range sol.Outputs {
		paths = append(paths, Pairs(state[0]))
	}
	return clock, paths, nil
}
