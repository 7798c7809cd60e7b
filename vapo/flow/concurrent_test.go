package flow_test

import (
	"sync"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
)

// TestConcurrentFirstUse: batches of many sizes at once, each of which compiles a graph anew, give what they give in turn. The race
// detector has something to see where graphs share the weights' store; large mixtures bring variables of their own.
func TestConcurrentFirstUse(t *testing.T) {
	path := homotopy.Straight{Omega: 1}
	points, err := mixture.Points(mixture.Ring8().Sample(600, 1))
	if err != nil {
		t.Fatal(err)
	}
	made := func() map[string]*flow.Flow {
		return map[string]*flow.Flow{
			"a network":       network(t, backend.Host(), 3),
			"a large mixture": {Backend: backend.Host(), Homotopy: path, Shape: []int{2}, Potential: mixture.Optimal{Mixture: points, Homotopy: path}},
		}
	}
	inTurn := made()
	for name, f := range made() {
		const sizes = 8
		got := make([][]float64, sizes)
		var all sync.WaitGroup
		for n := range sizes {
			all.Go(func() {
				phi, grad, err := f.Evaluate(ramp(n+1), 0.4)
				if err != nil {
					t.Error(err)
					return
				}
				got[n] = append(numbers.Flat(phi), numbers.Flat(grad)...)
			})
		}
		all.Wait()
		for n := range sizes {
			phi, grad := field(t, inTurn[name], ramp(n+1), 0.4)
			for i, want := range append(phi, grad...) {
				if len(got[n]) <= i || got[n][i] != want {
					t.Fatalf("%s: %d points at once give %v, in turn %g at %d", name, n+1, got[n], want, i)
				}
			}
		}
	}
}

func ramp(n int) *tensors.Tensor {
	x := make([]float64, 2*n)
	for i := range x {
		x[i] = float64(i)/10 - 0.5
	}
	return tensors.FromFlatDataAndDimensions(x, n, 2)
}
