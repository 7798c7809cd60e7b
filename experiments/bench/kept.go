package bench

import (
	"encoding/json"
	"os"
	"path/filepath"

	"vapoflow/experiments/record"
)

// kept is a measurement that an interrupted or wider table finds again: read from the file of its name below OUT/bench, or measured and
// written there.
func kept[T any](out, name string, measure func() (T, error)) (value T, err error) {
	file := filepath.Join(out, "bench", name+".json")
	if text, err := os.ReadFile(file); err == nil && json.Unmarshal(text, &value) == nil {
		return value, nil
	}
	if value, err = measure(); err != nil {
		return value, err
	}
	text, err := json.Marshal(value)
	if err != nil {
		return value, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return value, err
	}
	return value, record.WriteFile(file, text)
}
