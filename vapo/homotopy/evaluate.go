package homotopy

import (
	"fmt"
	"math"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/internal/plain"
)

// Values are a path's coefficients at one s, in float64.
type Values struct{ S, Mu, V, MuDot, VDot float64 }

// Sd is the standard deviation √v.
func (v Values) Sd() float64 { return math.Sqrt(v.V) }

// Kappa is [Coefficients.Kappa] on the host.
func (v Values) Kappa() float64 { return v.V*v.MuDot/v.Mu - v.VDot/2 }

// Evaluate runs the path's own graph in float64 on b at each s, which must lie in [0, 1].
func Evaluate(b compute.Backend, h Homotopy, s []float64) ([]Values, error) {
	if len(s) == 0 {
		return nil, fmt.Errorf("homotopy: Evaluate needs at least one s")
	}
	for _, x := range s {
		if !(x >= 0 && x <= 1) {
			return nil, fmt.Errorf("homotopy: s = %g is outside [0, 1]", x)
		}
	}
	out, err := graph.CallOnceN(b, func(s *Node) []*Node {
		c := h.At(s)
		return []*Node{c.Mu, c.V, c.MuDot, c.VDot}
	}, s)
	if err != nil {
		return nil, fmt.Errorf("homotopy: evaluating %v: %w", h, plain.Error(err))
	}
	columns := make([][]float64, len(out))
	for i, t := range out {
		columns[i] = t.Value().([]float64)
	}
	values := make([]Values, len(s))
	for i := range s {
		values[i] = Values{s[i], columns[0][i], columns[1][i], columns[2][i], columns[3][i]}
	}
	return values, nil
}
