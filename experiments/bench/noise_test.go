package bench

import (
	"math"
	"slices"
	"testing"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/potential"
)

// The losses have one mean gradient, at each s; covariance has by far the most noise where v is small.
func TestLossesShareTheirMeanGradient(t *testing.T) {
	path := homotopy.Posterior{Omega: 1, Sigma: 0.01}
	m := &vapo.Model{Flow: flow.Flow{Backend: backend.Host(), Homotopy: path, Potential: potential.MLP{Width: 16, Depth: 2}, Shape: []int{2}, Store: model.NewStore()}}
	m.Store.SetParam(model.ParamInitialSeed, int64(3))
	o := noiseOptions{draws: 64, batch: 128}
	all, err := measureNoise(t.Context(), m, o)
	if err != nil {
		t.Fatal(err)
	}
	telling := 0
	for i := 0; i < len(all); i += len(loss.List.Names()) {
		first := all[i]
		for _, other := range all[i+1 : i+len(loss.List.Names())] {
			distance := 0.0
			for j := range first.mean {
				distance += math.Pow(first.mean[j]-other.mean[j], 2)
			}
			// E‖difference of the means‖² ≤ 2(trace + trace)/examples, whatever the draws share.
			bound := 2 * (first.Trace + other.Trace) / float64(o.draws*o.batch)
			if distance > 2*bound {
				t.Errorf("s = %g: the mean gradients of %s and %s differ by %g in square, more than their noise (%g)", first.S, first.Loss, other.Loss, distance, bound)
			}
			if first.Signal > 20*bound {
				telling++
			}
			if other.Loss == "covariance" && first.S == 0.95 && other.Trace < 100*first.Trace {
				t.Errorf("the trace of covariance's noise at s = 0.95 is %g, of alignment's %g", other.Trace, first.Trace)
			}
		}
	}
	if telling < 4 {
		t.Errorf("noise hides the mean gradient in all but %d comparisons: the test proves nothing", telling)
	}
}

// Wherever alignment stands among the losses, the others are compared with it.
func TestNoiseIsComparedWithAlignment(t *testing.T) {
	row := noiseRow("drawn", 0.5, []gradientNoise{{Loss: "other", Trace: 6, Signal: 9}, {Loss: "alignment", Trace: 2, Signal: 4}})
	if want := []string{"drawn", "0.5", "4", "6", "3", "1.5", "2", "0.5"}; !slices.Equal(row, want) {
		t.Errorf("%q, want %q", row, want)
	}
}
