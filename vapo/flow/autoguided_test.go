package flow_test

import (
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/homotopy"
)

// Value, field and second derivatives are (1 + w) of the strong potential's less w of the weak one's, and those of the strong one
// alone at weight 0.
func TestAutoguidedIsTheDifference(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		strong, weak := network(t, b, 3), network(t, b, 4)
		x := tensors.FromValue([][]float64{{0.5, -1.25}, {2, 0.1}})
		const s = 0.3
		phiA, gradA := field(t, strong, x, s)
		phiB, gradB := field(t, weak, x, s)
		if phiA[0] == phiB[0] {
			t.Fatal("both networks are the same one")
		}
		for _, weight := range []float64{0, 0.5, 2} {
			g, err := strong.Autoguided(weak, weight)
			if err != nil {
				t.Fatal(err)
			}
			phi, grad := field(t, g, x, s)
			for _, c := range []struct{ got, strong, weak []float64 }{{phi, phiA, phiB}, {grad, gradA, gradB}} {
				for i, got := range c.got {
					if want := c.strong[i] + weight*(c.strong[i]-c.weak[i]); !(math.Abs(got-want) < 1e-12) {
						t.Errorf("weight %g: %g, want %g", weight, got, want)
					}
				}
			}
		}
	})
}

func TestAutoguidedRefusesWhatDoesNotCompose(t *testing.T) {
	strong := network(t, backend.Host(), 3)
	for want, change := range map[string]func() error{
		"is nil":     func() error { _, err := strong.Autoguided(nil, 1); return err },
		"at least 0": func() error { _, err := strong.Autoguided(network(t, backend.Host(), 4), -1); return err },
		"one shape and path": func() error {
			weak := network(t, backend.Host(), 4)
			weak.Homotopy = homotopy.Straight{Omega: 1}
			_, err := strong.Autoguided(weak, 1)
			return err
		},
		"(the weak potential)": func() error {
			weak := network(t, backend.Host(), 4)
			weak.Backend = nil
			_, err := strong.Autoguided(weak, 1)
			return err
		},
	} {
		if err := change(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want an error with %q", err, want)
		}
	}
}
