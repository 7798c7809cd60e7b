package desk

import (
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/trained"
	"vapoflow/vapo"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/potential"
	"vapoflow/vapo/solver"
)

// Whatever holds points gives the same ones.
func TestPointsOfEverything(t *testing.T) {
	want := [][]float64{{1, 2}, {3, 4}, {5, 6}}
	narrow := tensors.FromValue([][]float32{{1, 2}, {3, 4}, {5, 6}})
	for _, x := range []any{
		want, [][]float32{{1, 2}, {3, 4}, {5, 6}}, [][2]float64{{1, 2}, {3, 4}, {5, 6}}, narrow, tensors.FromValue(want),
		solver.Solution{State: solver.State{narrow}}, &solver.Solution{State: solver.State{narrow}},
	} {
		if got := Points(x); !slices.EqualFunc(got, want, slices.Equal) {
			t.Errorf("%T: %v", x, got)
		}
	}
	if got := Points(tensors.FromValue([][]uint8{{0, 255}})); got[0][0] != -1 || got[0][1] != 1 {
		t.Errorf("bytes are read as %v, want pixels from -1 to 1", got)
	}
}

func TestPlotsSayWhatTheyCannotShow(t *testing.T) {
	for _, c := range []struct {
		points []any
		want   string
	}{
		{[]any{}, "nothing to show"},
		{[]any{"only a name"}, "nothing to show"},
		{[]any{3}, "int holds no points"},
		{[]any{[][]float64{}}, "no points"},
		{[]any{[][]float64{{1, 2}, {3}}}, "point 1 has 1 coordinates"},
		{[]any{[][]float64{{1}, {3}}}, "desk.Hist"},
		{[]any{tensors.FromValue([]float64{1, 2})}, "[n, ...]"},
		{[]any{solver.Solution{}}, "finalized"},
	} {
		if _, err := scatterOf(c.points); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: %v, want %q", c.points, err, c.want)
		}
	}
	if f, err := scatterOf([]any{"a", [][]float64{{1, 2}, {3, 4}}, "b", [][2]float64{{0, 1}}}); err != nil || f == nil {
		t.Error(err)
	}
	if _, err := histOf([]any{"train", []float64{1, 2, 2, 3}, "test", []float32{2, 2, 5}}); err != nil {
		t.Error(err)
	}
}

// Models are named by what differs, seeds aside.
func TestModelsAreNamedByWhatDiffers(t *testing.T) {
	base := vapo.DefaultConfig()
	wide, err := with(base, "width", 256)
	if err != nil {
		t.Fatal(err)
	}
	again := wide
	again.Seed = 1
	got := trained.Names([]*vapo.Model{{Config: base}, {Config: wide}, {Config: again}})
	if want := []string{"width=0", "width=256", "width=256"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	own := &vapo.Model{Flow: flow.Flow{Homotopy: homotopy.Straight{Omega: 1}, Potential: potential.MLP{Width: 8}}}
	got = trained.Names([]*vapo.Model{own, {Config: base}})
	if !strings.HasPrefix(got[0], "potential.MLP{Width:8") || got[1] != "mlp" {
		t.Errorf("one by hand and one by name are %q", got)
	}
	for key, value := range map[string]any{"widht": 1, "width": "many"} {
		if _, err := with(base, key, value); err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%s=%v: %v", key, value, err)
		}
	}
	for key, meant := range map[string]string{"lr": "did you mean learning_rate?", "widht": "did you mean width?", "rtol": `"rtol"; the settings are`} {
		if _, err := with(base, key, 1); err == nil || !strings.Contains(err.Error(), meant) {
			t.Errorf("%s: %v, want %s", key, err, meant)
		}
	}
}
