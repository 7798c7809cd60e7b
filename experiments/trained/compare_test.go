package trained

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// Two trainings and half of one, a folder of a model composed by hand, and a damaged one.
func TestModelsByWhatDiffers(t *testing.T) {
	results := t.TempDir()
	c := vapo.DefaultConfig()
	c.Data, c.Width, c.Depth, c.Steps, c.Batch = "gauss2", 4, 1, 40, 8
	data, err := c.Open("", "train")
	if err != nil {
		t.Fatal(err)
	}
	var dirs []string
	for _, loss := range []string{"alignment", "averaged", "covariance"} {
		c.Loss = loss
		m, err := vapo.TrainOrLoad(t.Context(), backend.Host(), record.ModelsDir(results), c, data, vapo.Run{})
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, m.Dir)
	}
	if err := os.WriteFile(filepath.Join(dirs[2], "weights.npz"), []byte("no weights"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{"own-1/checkpoint.npz", "half/model.json"} {
		path := filepath.Join(record.ModelsDir(results), file)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	models, damaged := Models(results)
	if len(models) != 2 || len(damaged) != 1 {
		t.Fatalf("%d models, damaged %v", len(models), damaged)
	}
	table, err := Compare(models)
	if err != nil {
		t.Fatal(err)
	}
	for i, loss := range []string{"alignment", "averaged"} {
		row := table.Rows[i]
		log, err := models[i].Log()
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"loss=" + loss, "0", "40"}; !slices.Equal(row[:3], want) || row[5] != filepath.Base(dirs[i]) || len(log) != 40 || row[3] == "–" {
			t.Errorf("row %q, want it to begin with %q", row, want)
		}
	}
	t.Chdir(dirs[0]) // whose log is not that of a model without a folder
	models[0].Dir = ""
	if table, err := Compare(models[:1]); err != nil || table.Rows[0][3] != "–" || table.Rows[0][5] != "–" {
		t.Errorf("a model that ships: %v, %v", table.Rows, err)
	}
	if table.Rows[0][3] == table.Rows[1][3] {
		t.Errorf("both losses end at %s", table.Rows[0][3])
	}
}
