package paper_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo/metric"
)

// The areas on record are those of the scores on record, noise lies apart, and sets that are not there are named with how to get them.
func TestTable3OnOwnImages(t *testing.T) {
	env := ownImages(t)
	env.Preset, env.DataRoot = "cpu", t.TempDir() // with the flow's scores
	dir := runImages(t, "table3", env)
	m, err := record.Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	arrays := arraysIn(t, dir, "table3")
	scores := func(set string) []float64 { return tensors.MustCopyFlatData[float64](arrays["scores_"+set]) }
	areas := tensors.MustCopyFlatData[float64](arrays["auroc"])
	var sets []string
	for k, row := range m.Tables[0].Rows {
		sets = append(sets, row[0])
		for score := range 4 {
			want, err := metric.AUROC(scores("held-out")[score*8:][:8], scores(row[0])[score*8:][:8])
			if err != nil || math.Abs(areas[k*4+score]-want) > 1e-12 {
				t.Errorf("%s, score %d: %g on record, %g by the scores, %v", row[0], score, areas[k*4+score], want, err)
			}
		}
		if row[0] == "uniform" && areas[k*4+2] < 0.95 {
			t.Errorf("noise is no less likely than the model's own images: AUROC %g", areas[k*4+2])
		}
	}
	if !slices.Equal(sets, []string{"interpolations", "constant", "uniform"}) {
		t.Errorf("sets %q", sets)
	}
	notes := strings.Join(m.Notes, "\n")
	for _, want := range []string{"svhn is skipped", "data fetch svhn", "cifar100 is skipped", "celeba is skipped"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes lack %q: %s", want, notes)
		}
	}
	if !strings.Contains(m.Tables[0].Caption, "JPEG of quality 75") || len(m.Tables[0].Header) != 7 {
		t.Errorf("caption %q, header %q", m.Tables[0].Caption, m.Tables[0].Header)
	}
	if got := arrays["auroc_curve"].Shape().Dimensions; !slices.Equal(got, []int{3, 11, 4}) {
		t.Errorf("the curve is %v", got)
	}
	if err := paper.Redraw(dir); err != nil {
		t.Error(err)
	}
}
