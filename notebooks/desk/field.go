package desk

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/figures"
	"vapoflow/vapo"
	"vapoflow/vapo/density"
	"vapoflow/vapo/solver"
)

// Field shows a model of the plane at s: the gradient ∇Φ(·, s) as arrows over the density ρ̄(·; s) that Φ implies, read off it by inversion, on the
// square [-3, 3]², and particles that the flow carries there from the prior. The inversion needs 0 < s < 1.
func Field(m *vapo.Model, s float64) { Show(Fields(m)(s)) }

// Fields gives what [Field] shows, at any s: desk.Slide("s", 0.05, 0.95, desk.Fields(m)). The particles are carried once.
func Fields(m *vapo.Model) func(s float64) *figures.Figure {
	f := Must(fieldsOf(m))
	return func(s float64) *figures.Figure { return Must(f.at(s)) }
}

// fields draws a model of the plane.
type fields struct {
	*vapo.Model
	clock []float64
	paths [][][2]float64 // of particles, at the clock's values
}

func fieldsOf(m *vapo.Model) (*fields, error) {
	if len(m.Shape) != 1 || m.Shape[0] != 2 {
		return nil, fmt.Errorf("desk: a field of arrows is of points [2] of the plane, and the model's have shape %v", m.Shape)
	}
	const particles, steps = 100, 50
	f := &fields{Model: m}
	for k := range steps + 1 {
		f.clock = append(f.clock, float64(k)/steps)
	}
	x, err := m.Prior(0, 0, particles)
	if err != nil {
		return nil, err
	}
	sol, err := solver.Fixed{Tableau: solver.Heun, Steps: steps, SaveAt: f.clock}.Solve(Context(), m.Field(), solver.State{x}, 0, 1)
	if err != nil {
		return nil, err
	}
	for _, state := range sol.Outputs {
		f.paths = append(f.paths, pairs(state[0]))
	}
	return f, nil
}

func (f *fields) at(s float64) (*figures.Figure, error) {
	const fine, coarse, reach = 61, 13, 3.0
	log, err := density.Inversion{S: s}.LogDensity(&f.Flow, square(reach, fine))
	if err != nil {
		return nil, err
	}
	at := square(reach, coarse)
	phi, grad, err := f.Evaluate(at, s)
	if err != nil {
		return nil, err
	}
	phi.MustFinalizeAll()
	g := figures.Grid{X: span(reach, fine), Y: span(reach, fine)}
	top := slices.Max(log)
	for j := range fine {
		row := make([]float64, fine)
		for i := range row {
			row[i] = math.Exp(log[j*fine+i] - top)
		}
		g.Values = append(g.Values, row)
	}
	arrows := figures.Arrows{At: pairs(at), Vector: pairs(grad)}
	return figures.Field(figures.FieldData{
		Width: 9, Density: g, DensityName: fmt.Sprintf("ρ̄(·; %.3g)", s), Columns: []figures.FieldColumn{{S: s, T: math.NaN()}},
		Rows: []figures.FieldRow{{Name: "∇Φ", Arrows: []figures.Arrows{arrows}, Paths: f.paths}}, PathS: f.clock,
	})
}

// pairs are rows of two, [n, 2].
func pairs(x *tensors.Tensor) (out [][2]float64) {
	for _, p := range Points(x) {
		out = append(out, [2]float64{p[0], p[1]})
	}
	return out
}

// span is n values from -reach to reach.
func span(reach float64, n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = reach * (2*float64(i)/float64(n-1) - 1)
	}
	return out
}

// square is an even grid on [-reach, reach]², [n·n, 2], the rows along x.
func square(reach float64, n int) *tensors.Tensor {
	var nodes []float32
	for _, y := range span(reach, n) {
		for _, x := range span(reach, n) {
			nodes = append(nodes, float32(x), float32(y))
		}
	}
	return tensors.FromFlatDataAndDimensions(nodes, n*n, 2)
}
