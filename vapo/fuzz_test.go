package vapo_test

import (
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// Whatever model.json holds, the weights that are loaded beside it are those that were saved.
func FuzzModelJSON(f *testing.F) {
	c := small()
	c.Width, c.Depth, c.Steps = 4, 1, 2
	m, err := vapo.TrainOrLoad(f.Context(), backend.Host(), f.TempDir(), c, open(f, c), vapo.Run{})
	if err != nil {
		f.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(m.Dir, "model.json"))
	if err != nil {
		f.Fatal(err)
	}
	content, err := os.ReadFile(filepath.Join(m.Dir, "weights.npz"))
	if err != nil {
		f.Fatal(err)
	}
	want, err := vapo.WeightsSHA256(m.Store)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"config": {"schema": 1, "width": 1000000000}, "shape": [2, 0, -1]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		loaded, err := vapo.LoadFS(backend.Host(), fstest.MapFS{"model.json": {Data: text}, "weights.npz": {Data: content}})
		if err != nil {
			return
		}
		if got, err := vapo.WeightsSHA256(loaded.Store); err != nil || got != want {
			t.Errorf("other weights: %v", err)
		}
	})
}
