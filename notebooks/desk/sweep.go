package desk

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/sweep"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
)

// Axis is a setting of a configuration with the values that it takes in a [Sweep].
type Axis struct {
	Key    string // as in JSON
	Values []any
}

// Vary lets a setting take values: desk.Vary("learning_rate", 1e-3, 3e-3).
func Vary[T any](key string, values ...T) Axis {
	a := Axis{Key: key}
	for _, v := range values {
		a.Values = append(a.Values, v)
	}
	return a
}

// Seeds are the first n seeds.
func Seeds(n int) Axis {
	a := Axis{Key: "seed"}
	for i := range n {
		a.Values = append(a.Values, i)
	}
	return a
}

// Sweep trains, or loads, a model for every combination of the axes' values on top of base, the last axis changing fastest, and
// shows a table of them. Data may be nil: the configuration's. [Curves] draws the trainings: desk.Curves(models...).
func Sweep(ctx context.Context, base vapo.Config, data dataset.Dataset, axes ...Axis) ([]*vapo.Model, error) {
	var lists [][]any
	for _, axis := range axes {
		lists = append(lists, axis.Values)
	}
	var configs []vapo.Config
	for _, values := range sweep.Combinations(lists...) {
		c := base
		for i, axis := range axes {
			var err error
			if c, err = with(c, axis.Key, values[i]); err != nil {
				return nil, err
			}
		}
		if err := c.Validate(); err != nil { // before the first trains for minutes
			return nil, err
		}
		configs = append(configs, c)
	}
	var models []*vapo.Model
	for i, c := range configs {
		fmt.Printf("%d of %d: ", i+1, len(configs))
		m, err := Train(ctx, c, data)
		if err != nil {
			return models, err
		}
		models = append(models, m)
	}
	return models, Compare(models...)
}

// with is a configuration with one setting changed, by its name in JSON.
func with(c vapo.Config, key string, value any) (vapo.Config, error) {
	text, err := json.Marshal(map[string]any{key: value})
	if err != nil {
		return c, fmt.Errorf("desk: %s=%v: %w", key, value, err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		if strings.Contains(err.Error(), "unknown field") {
			return c, unknownSetting(key, c)
		}
		return c, fmt.Errorf("desk: a sweep over %s=%v: %w", key, value, err)
	}
	return c, nil
}

func unknownSetting(key string, c vapo.Config) error {
	text, _ := json.Marshal(c) // a struct of numbers and texts always encodes
	values, hint := map[string]any{}, ""
	_ = json.Unmarshal(text, &values)
	known := slices.Sorted(maps.Keys(values))
	if near := paper.Meant(key, known); near != "" {
		hint = fmt.Sprintf("did you mean %s? ", near)
	}
	return fmt.Errorf("desk: a sweep over an unknown setting %q; %sthe settings are %s", key, hint, strings.Join(known, ", "))
}
