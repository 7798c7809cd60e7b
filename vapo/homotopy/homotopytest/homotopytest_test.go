package homotopytest_test

import (
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/homotopy/homotopytest"
)

// broken is the paper's path with a mistake.
type broken func(c homotopy.Coefficients) homotopy.Coefficients

func (b broken) At(s *homotopy.Node) homotopy.Coefficients {
	h := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	return b(h.At(s))
}

// Each mistake is found, by the check that is for it, in five lines at most.
func TestMistakes(t *testing.T) {
	for want, h := range map[string]broken{
		"ends: at s = 0 want the prior": func(c homotopy.Coefficients) homotopy.Coefficients {
			c.Mu, c.MuDot = graph.OneMinus(c.Mu), graph.Neg(c.MuDot)
			return c
		},
		"derivatives: v̇(0.025) =": func(c homotopy.Coefficients) homotopy.Coefficients {
			c.VDot = c.SdDot()
			return c
		},
		"monotone: from s = 0 to 0.01": func(c homotopy.Coefficients) homotopy.Coefficients {
			c.Mu, c.MuDot = graph.Neg(c.Mu), graph.Neg(c.MuDot)
			return c
		},
		"float32: v(0.984375) =": func(c homotopy.Coefficients) homotopy.Coefficients {
			c.V = graph.OneMinus(graph.OneMinus(c.V))
			return c
		},
		"shapes: two s for three examples must panic": func(c homotopy.Coefficients) homotopy.Coefficients {
			one := func(x *homotopy.Node) *homotopy.Node {
				return graph.BroadcastToDims(graph.ReduceAllMean(x), 3)
			}
			return homotopy.Coefficients{Mu: one(c.Mu), MuDot: one(c.MuDot), V: one(c.V), VDot: one(c.VDot)}
		},
	} {
		err := homotopytest.Check(h, 1)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), "\n") > 3 {
			t.Errorf("want a few lines that say %q, got\n%v", want, err)
		}
	}
}
