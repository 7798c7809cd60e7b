package paper_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/internal/lockfile"
	"vapoflow/vapo"
)

// What a training has to say reaches the user: here that its model is damaged and trained again, and that another process is at it.
func TestTrainingSpeaks(t *testing.T) {
	env := testEnv(t, "steps=3", "samples=4", "batch=32")
	said := ""
	env.Say = func(line string) { said += line + "\n" }
	if _, err := paper.Run(t.Context(), "fig1", env); err != nil {
		t.Fatal(err)
	}
	models, _ := filepath.Glob(filepath.Join(record.ModelsDir(env.Out), "*", "weights.npz"))
	if err := os.Truncate(models[0], 1000); err != nil {
		t.Fatal(err)
	}
	if _, err := paper.Run(t.Context(), "fig1", env); err != nil || !strings.Contains(said, "set aside as ") {
		t.Errorf("a damaged model was trained again without a word: %q, %v", said, err)
	}
	os.Remove(models[0])
	lock, err := lockfile.Take(t.Context(), filepath.Join(filepath.Dir(models[0]), ".lock"), nil)
	if err != nil {
		t.Fatal(err)
	}
	env.NoWait = true
	if _, err := paper.Run(t.Context(), "fig1", env); !errors.Is(err, vapo.ErrBusy) {
		t.Errorf("two train one model: %v", err)
	}
	env.NoWait = false
	time.AfterFunc(300*time.Millisecond, func() { lock.Free() })
	if _, err := paper.Run(t.Context(), "fig1", env); err != nil || !strings.Contains(said, "waiting for process") {
		t.Errorf("waited without a word: %q, %v", said, err)
	}
}
