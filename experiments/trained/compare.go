package trained

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vapoflow/experiments/record"
	"vapoflow/internal/differ"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// Models are all trained models of a folder of results, the oldest first, and what cannot be read of them. Trainings of models
// that were composed by hand are none of them: no configuration says what they are.
func Models(results string) (models []*vapo.Model, damaged []error) {
	// a pattern of ours is none that is wrong
	folders, _ := filepath.Glob(filepath.Join(record.ModelsDir(results), "*", "model.json"))
	for _, file := range folders {
		dir := filepath.Dir(file)
		if _, err := os.Stat(filepath.Join(dir, "weights.npz")); errors.Is(err, fs.ErrNotExist) {
			continue // not yet
		}
		m, err := vapo.Load(backend.Host(), dir)
		if err != nil {
			damaged = append(damaged, err)
			continue
		}
		models = append(models, m)
	}
	slices.SortStableFunc(models, func(a, b *vapo.Model) int {
		first, _ := a.Trained()
		second, _ := b.Trained()
		return first.Compare(second)
	})
	return models, damaged
}

// Names tells models apart by the settings in which they differ, but the seed: "loss=alignment width=64".
func Names(models []*vapo.Model) []string {
	configs := make([]vapo.Config, len(models))
	for i, m := range models {
		configs[i] = m.Config
	}
	names := make([]string, len(models))
	for i, settings := range differ.Settings(configs, "seed") {
		names[i] = strings.Join(settings, " ")
	}
	return names
}

// Compare is a table of models by the settings in which they differ: seed, steps, the loss at the end (the mean of the last
// twentieth of its log), the time and the name that --run takes.
func Compare(models []*vapo.Model) (record.Table, error) {
	t := record.Table{Caption: fmt.Sprintf("%d trained models by the settings in which they differ", len(models)),
		Header: []string{"settings", "seed", "steps", "loss at the end", "trained in", "model"}}
	for i, name := range Names(models) {
		m := models[i]
		end, err := lossAtEnd(m)
		if err != nil {
			return t, err
		}
		_, seconds := m.Trained()
		place := "–"
		if m.Dir != "" {
			place = filepath.Base(m.Dir)
		}
		t.Rows = append(t.Rows, []string{cmp.Or(name, "–"), fmt.Sprint(m.Config.Seed), fmt.Sprint(m.Config.Steps), end,
			fmt.Sprintf("%.0f s", seconds), place})
	}
	return t, nil
}

func lossAtEnd(m *vapo.Model) (string, error) {
	if m.Dir == "" { // one that ships
		return "–", nil
	}
	log, err := m.Log()
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(log) == 0 {
		return "–", nil
	}
	if err != nil {
		return "", err
	}
	tail := log[len(log)-max(1, len(log)/20):]
	sum := 0.0
	for _, e := range tail {
		sum += e.Loss
	}
	return fmt.Sprintf("%.4g", sum/float64(len(tail))), nil
}
