// Package strictjson reads JSON that says what it means: one value, no key twice, no null.
package strictjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// Unmarshal is json.Unmarshal that refuses null, duplicate keys and anything after the value. Keys that v lacks are left out.
func Unmarshal(text []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := check(d, "the value", 0); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("something follows the JSON value")
	}
	return json.Unmarshal(text, v)
}

// maxDepth is how many values may lie in each other; what is read here has five.
const maxDepth = 100

// check walks one value at a depth.
func check(d *json.Decoder, name string, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("its depth is more than %d", maxDepth)
	}
	token, err := d.Token()
	if err != nil {
		return err
	}
	switch token {
	case nil:
		return fmt.Errorf("%s is null", name)
	case json.Delim('{'):
		seen := map[string]bool{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return err
			}
			k := fmt.Sprint(key)
			if seen[k] {
				return fmt.Errorf("key %q is there twice", k)
			}
			seen[k] = true
			if err := check(d, k, depth+1); err != nil {
				return err
			}
		}
	case json.Delim('['):
		for d.More() {
			if err := check(d, "a value of "+name, depth+1); err != nil {
				return err
			}
		}
	default:
		return nil
	}
	_, err = d.Token() // the closing bracket
	return err
}
