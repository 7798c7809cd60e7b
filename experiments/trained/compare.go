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

// Names tells models apart by the settings in which they differ, but the seed: "loss=alignment width=64". One that was composed by
// hand has its potential and path instead.
func Names(models []*vapo.Model) []string {
	names := make([]string, len(models))
	var configs []vapo.Config
	var of []int // the model of each
	for i, m := range models {
		if m.Config.Steps == 0 {
			names[i] = fmt.Sprintf("%T%+v, %T", m.Potential, m.Potential, m.Homotopy)
			continue
		}
		configs, of = append(configs, m.Config), append(of, i)
	}
	for i, settings := range differ.Settings(configs, "seed") {
		names[of[i]] = strings.Join(settings, " ")
		if len(configs) < len(models) { // beside one by hand
			names[of[i]] = strings.TrimSpace(models[of[i]].Config.Potential + " " + names[of[i]])
		}
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
		end, steps, err := lossAtEnd(m)
		if err != nil {
			return t, err
		}
		_, seconds := m.Trained()
		place := "–"
		if m.Dir != "" {
			place = filepath.Base(m.Dir)
		}
		t.Rows = append(t.Rows, []string{cmp.Or(name, "–"), fmt.Sprint(m.Config.Seed), steps, end,
			fmt.Sprintf("%.0f s", seconds), place})
	}
	return t, nil
}

// lossAtEnd is that, and the number of steps, as a training's log tells.
func lossAtEnd(m *vapo.Model) (end, steps string, err error) {
	if m.Dir == "" { // one that ships
		return "–", fmt.Sprint(m.Config.Steps), nil
	}
	log, err := m.Log()
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(log) == 0 {
		return "–", fmt.Sprint(m.Config.Steps), nil
	}
	if err != nil {
		return "", "", err
	}
	tail := log[len(log)-max(1, len(log)/20):]
	sum := 0.0
	for _, e := range tail {
		sum += e.Loss
	}
	return fmt.Sprintf("%.4g", sum/float64(len(tail))), fmt.Sprint(log[len(log)-1].Step), nil
}
