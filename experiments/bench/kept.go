package bench

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/experiments/record"
	"vapoflow/internal/sealed"
	"vapoflow/vapo"
)

// sealedValue is a measurement as it is kept: one that was damaged is measured again.
type sealedValue[T any] struct {
	Value T      `json:"value"`
	Seal  string `json:"seal"`
}

// kept is a measurement that an interrupted or wider table finds again: read from the file of its name below OUT/bench, or measured and
// written there.
func kept[T any](out, name string, measure func() (T, error)) (value T, err error) {
	file := filepath.Join(out, "bench", name+".json")
	if text, err := os.ReadFile(file); err == nil {
		var k sealedValue[T]
		if json.Unmarshal(text, &k) == nil && k.Seal != "" && sealed.Check(text, k.Seal) == nil {
			return k.Value, nil
		}
		var older map[string]json.RawMessage // the value itself, without a seal
		if json.Unmarshal(text, &older) == nil && older["seal"] == nil && older["value"] == nil && json.Unmarshal(text, &value) == nil {
			return value, nil
		}
	}
	if value, err = measure(); err != nil {
		return value, err
	}
	text, err := sealed.Marshal(sealedValue[T]{value, sealed.Open})
	if err != nil {
		return value, err
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return value, err
	}
	return value, record.WriteFile(file, text)
}

// keptName names what is measured of weights by these, so that what trains others is measured anew.
func keptName(weights *model.Store, format string, args ...any) (string, error) {
	hash, err := vapo.WeightsSHA256(weights)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf(format, args...) + "-" + hash[:16], nil
}
