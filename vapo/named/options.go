package named

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Options are the options of pieces of several kinds: a JSON object of values by "kind.option", such as
// {"potential.frequencies":8}, its keys in order. It is kept as text, so that what holds it can be compared; "" has none.
type Options string

// With sets one option, by the key "kind.option" and a JSON value.
func (o Options) With(key string, value json.RawMessage) (Options, error) {
	kind, option, found := strings.Cut(key, ".")
	if !found || kind == "" || option == "" {
		return o, fmt.Errorf("option %q: name it as kind.option, such as potential.frequencies", key)
	}
	all := o.All()
	all[key] = value
	text, err := json.Marshal(all) // in the order of the keys
	if err != nil {
		return o, fmt.Errorf("option %s: %s is no JSON value", key, value)
	}
	return Options(text), nil
}

// All gives the options by "kind.option".
func (o Options) All() Values {
	all := Values{}
	if o != "" {
		_ = json.Unmarshal([]byte(o), &all) // With and UnmarshalJSON leave nothing else
	}
	return all
}

// Of gives the options of the pieces of one kind, by their own names.
func (o Options) Of(kind string) Values {
	own := Values{}
	for key, value := range o.All() {
		if option, ok := strings.CutPrefix(key, kind+"."); ok {
			own[option] = value
		}
	}
	return own
}

// Only is an error where there are options of other kinds than those given.
func (o Options) Only(kinds ...string) error {
	for _, key := range slices.Sorted(maps.Keys(o.All())) {
		if kind, _, _ := strings.Cut(key, "."); !slices.Contains(kinds, kind) {
			return fmt.Errorf("option %s: there are options of %s, and none of %q", key, strings.Join(kinds, ", "), kind)
		}
	}
	return nil
}

// MarshalJSON implements [json.Marshaler]; give the field the tag omitempty.
func (o Options) MarshalJSON() ([]byte, error) {
	if o == "" {
		return []byte("{}"), nil
	}
	return []byte(o), nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (o *Options) UnmarshalJSON(text []byte) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(text, &all); err != nil {
		return fmt.Errorf("options must be a JSON object such as {\"potential.frequencies\": 8}, got %s", text)
	}
	*o = ""
	for key, value := range all {
		var err error
		if *o, err = o.With(key, value); err != nil {
			return err
		}
	}
	return nil
}
