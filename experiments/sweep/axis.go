// Package sweep runs an element once for every combination of values of some settings: here, or in shards on many machines whose
// records are merged. Each cell is a run like any other, found again by its record, so that a sweep goes on where it was cut
// short.
package sweep

import (
	"fmt"
	"strconv"
	"strings"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/usage"
)

// Axis is a setting with the values that it takes.
type Axis struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// most cells that one sweep may have.
const most = 10_000

// ParseAxes reads "key=a,b,c", where "a..b" in a list is every whole number from a to b. The values of each are settings, checked
// by their key.
func ParseAxes(texts []string) ([]Axis, error) {
	var axes []Axis
	cells := 1
	for _, text := range texts {
		key, list, found := strings.Cut(text, "=")
		if !found {
			return nil, usage.Errorf("--set %s: give it as key=value, key=a,b,c or key=0..9", text)
		}
		axis := Axis{Key: key}
		for _, value := range strings.Split(list, ",") {
			values, err := expand(value)
			if err != nil {
				return nil, usage.Errorf("--set %s: %w", text, err)
			}
			axis.Values = append(axis.Values, values...)
		}
		seen := map[string]bool{}
		for _, value := range axis.Values {
			if _, err := paper.ParseSet(key + "=" + value); err != nil {
				return nil, usage.Wrap(err)
			}
			if seen[value] {
				return nil, usage.Errorf("--set %s: %s stands there twice", text, value)
			}
			seen[value] = true
		}
		for _, other := range axes {
			if other.Key == key {
				return nil, usage.Errorf("--set %s: %s is given twice; list all its values in one --set", text, key)
			}
		}
		if cells *= len(axis.Values); cells > most {
			return nil, usage.Errorf("--set %s: more than %d runs", text, most)
		}
		axes = append(axes, axis)
	}
	return axes, nil
}

// expand gives the whole numbers of "a..b", and any other text as it is.
func expand(value string) ([]string, error) {
	from, to, isRange := strings.Cut(value, "..")
	if !isRange {
		return []string{value}, nil
	}
	a, err1 := strconv.Atoi(from)
	b, err2 := strconv.Atoi(to)
	if err1 != nil || err2 != nil || b < a || b-a >= most {
		return nil, fmt.Errorf("%s is not a range of whole numbers, such as 0..9", value)
	}
	var all []string
	for i := a; i <= b; i++ {
		all = append(all, strconv.Itoa(i))
	}
	return all, nil
}

// Combinations are all ways to take one value of each list, that of the last list changing fastest.
func Combinations[V any](lists ...[]V) [][]V {
	all := [][]V{nil}
	for _, list := range lists {
		var longer [][]V
		for _, values := range all {
			for _, value := range list {
				longer = append(longer, append(values[:len(values):len(values)], value))
			}
		}
		all = longer
	}
	return all
}
