package vapo_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// A model's folder that lacks a weight, has one more or one of another shape is damaged, whole as its checksums are: GoMLX would
// draw what is missing at random.
func TestWeightsMustBeThoseOfTheConfiguration(t *testing.T) {
	c := small()
	c.Steps = 2
	c.Base = "gaussian"
	m, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, open(t, c), vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	whole := m.Store
	copied := func(leave string) *model.Store {
		store := model.NewStore()
		for v := range whole.IterVariables() {
			value, err := v.Value()
			if err != nil {
				t.Fatal(err)
			}
			if v.Path() != leave {
				value, _ = value.LocalClone()
				store.CreateVariable(v.Path(), value)
			}
		}
		return store
	}
	load := func(what string, store *model.Store) {
		dir := t.TempDir()
		m.Store = store
		if err := m.Save(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := vapo.Load(backend.Host(), dir); !errors.Is(err, vapo.ErrDamaged) {
			t.Errorf("%s: loaded with %v", what, err)
		}
	}
	n := 0
	for v := range whole.IterVariables() {
		load(v.Path()+" is missing", copied(v.Path()))
		other := copied(v.Path())
		other.CreateVariable(v.Path(), tensors.FromValue([][]float32{{1, 2, 3}, {4, 5, 6}}))
		load(v.Path()+" has another shape", other)
		n++
	}
	more := copied("")
	more.CreateVariable("/potential/more", tensors.FromValue([]float32{1}))
	load("one more", more)
	if n < 8 {
		t.Errorf("%d variables", n)
	}
}

// A log that cannot be written costs no training: it is told.
func TestTrainingNeedsNoLog(t *testing.T) {
	c, data, dir := small(), open(t, small()), t.TempDir()
	want, err := vapo.TrainOrLoad(t.Context(), backend.Host(), t.TempDir(), c, data, vapo.Run{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(dir, c.Key(data), "training.jsonl"), 0o777); err != nil {
		t.Fatal(err)
	}
	said := ""
	m, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{Resume: true, Say: func(line string) { said += line }})
	if err != nil {
		t.Fatal(err)
	}
	if _, seconds := m.Trained(); weights(t, m) != weights(t, want) || !strings.Contains(said, "training.jsonl") ||
		!(seconds > 0) {
		t.Errorf("%g seconds, said %q", seconds, said)
	}
}

// A turned bit in what a training is known by hinders no resuming.
func TestDamagedIdentityIsNone(t *testing.T) {
	c, data, dir := small(), open(t, small()), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := vapo.TrainOrLoad(ctx, backend.Host(), dir, c, data, vapo.Run{Observe: func(p vapo.Progress) {
		if p.Step == 5 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	path := filepath.Join(dir, c.Key(data), "identity.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	turned := strings.Replace(string(text), `"shape": "[2]"`, `"shape": "[3]"`, 1)
	if err := os.WriteFile(path, []byte(turned), 0o644); err != nil || turned == string(text) {
		t.Fatalf("%s: %v", text, err)
	}
	if _, err := vapo.TrainOrLoad(t.Context(), backend.Host(), dir, c, data, vapo.Run{Resume: true}); err != nil {
		t.Error(err)
	}
}
