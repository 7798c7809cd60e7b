package density_test

import (
	"reflect"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/backend/backendtest"
	"vapoflow/vapo/density"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/solver"
)

// Four devices score as one does, to the last bit, random probes of the divergence among it.
func TestScoresOnDevices(t *testing.T) {
	four, one := backendtest.Four(t)
	path, data, s := posterior(t), mixture.Ring8(), 0.6
	x := tensors.FromValue(data.SamplePath(coefficients(t, path, s), 11, 2))
	var scores [2]density.Scores
	for i, b := range []compute.Backend{one, four} {
		f := oracle(data, path)
		f.Backend = b
		how := density.Scoring{S: s, Solver: solver.Fixed{Tableau: solver.Euler, Steps: 2}, Divergence: density.Hutchinson{Probes: 1, Seed: 3}, Batch: 2}
		scorer, err := density.NewScorer(t.Context(), f, x, how)
		if err != nil {
			t.Fatal(err)
		}
		if scores[i], err = scorer.Score(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(scores[0].Named, scores[1].Named) || scores[0].NFE != scores[1].NFE ||
		len(scores[1].LogDensityFlow) != 11 {
		t.Errorf("one device scores %+v, four %+v", scores[0], scores[1])
	}
}
