// Package differ names configurations by what they do not share.
package differ

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Settings gives for each of several configurations, which encode as JSON objects, "key=value" for every setting whose values
// they do not share, in the order of their JSON. The entries of an object in it stand as settings of their own. The keys in but
// are left out.
func Settings[T any](configs []T, but ...string) [][]string {
	all := make([][]setting, len(configs))
	values := map[string]map[string]int{} // how many have this value of that key
	for i, c := range configs {
		text, _ := json.Marshal(c) // a struct of numbers and texts always encodes
		all[i] = settings(text)
		for _, s := range all[i] {
			if values[s.key] == nil {
				values[s.key] = map[string]int{}
			}
			values[s.key][s.value]++
		}
	}
	names := make([][]string, len(configs))
	for i := range all {
		for _, s := range all[i] {
			if values[s.key][s.value] < len(configs) && !slices.Contains(but, s.key) {
				names[i] = append(names[i], s.key+"="+s.value)
			}
		}
	}
	return names
}

type setting struct{ key, value string }

// settings reads a JSON object in its order.
func settings(object []byte) (found []setting) {
	d := json.NewDecoder(bytes.NewReader(object))
	d.Token() // {
	for d.More() {
		key, _ := d.Token()
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return found
		}
		if value[0] == '{' {
			found = append(found, settings(value)...)
			continue
		}
		found = append(found, setting{fmt.Sprint(key), plain(value)})
	}
	return found
}

// plain is a JSON value as people write it: text without quotes, 1e-05 for 0.00001.
func plain(value json.RawMessage) string {
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	if number, err := strconv.ParseFloat(string(value), 64); err == nil && strings.ContainsAny(string(value), ".eE") {
		return strconv.FormatFloat(number, 'g', -1, 64)
	}
	return string(value)
}
