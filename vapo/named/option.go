package named

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Values are options by name, each a JSON value: {"frequencies": 8}.
type Values map[string]json.RawMessage

// Make gives the piece called name with its options set. The options of a piece are the fields of its type that have a json tag,
// and their defaults are the values in the list. shared are settings that pieces of the kind have in common, which set the fields
// that the piece has; own are the piece's, and each must exist. A piece with a method Validate() error is asked at the end.
func (l List[T]) Make(name string, shared map[string]any, own Values) (T, error) {
	value, err := l.Find(name)
	if err != nil || reflect.TypeOf(value) == nil {
		return value, err
	}
	changed := reflect.New(reflect.TypeOf(value)).Elem()
	changed.Set(reflect.ValueOf(value))
	fields := options(changed)
	for key, v := range shared {
		if field, ok := fields[key]; ok {
			field.Set(reflect.ValueOf(v))
			delete(fields, key)
		} else if near := Nearest(key, slices.Collect(maps.Keys(fields))); near != "" && distance(near, key) == 1 {
			return value, fmt.Errorf("%s %q: the setting %s sets the field with that json tag, and the piece has %q; correct "+
				"the tag, or name the option otherwise", l.kind, name, key, near)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(own)) {
		field, ok := fields[key]
		switch _, common := shared[key]; {
		case common:
			return value, fmt.Errorf("%s.%s: set %s itself", l.kind, key, key)
		case !ok && len(fields) == 0:
			return value, fmt.Errorf("%s.%s: %s %q has no options", l.kind, key, l.kind, name)
		case !ok:
			return value, fmt.Errorf("%s.%s: %s %q has no such option%s; it has %s", l.kind, key, l.kind, name,
				hint(key, slices.Collect(maps.Keys(fields))), strings.Join(slices.Sorted(maps.Keys(fields)), ", "))
		}
		if err := json.Unmarshal(own[key], field.Addr().Interface()); err != nil || string(own[key]) == "null" {
			return value, fmt.Errorf("%s.%s must be %s, got %s", l.kind, key, word(field), own[key])
		}
	}
	made := changed.Interface().(T)
	if v, ok := any(made).(interface{ Validate() error }); ok {
		if err := v.Validate(); err != nil {
			return value, fmt.Errorf("%s %q: %w", l.kind, name, err)
		}
	}
	return made, nil
}

// Takes tells whether a name has an option.
func (l List[T]) Takes(name, option string) bool {
	value, err := l.Find(name)
	if err != nil {
		return false
	}
	_, ok := options(reflect.ValueOf(value))[option]
	return ok
}

// Options lists the options of a name as "frequencies=0", with their defaults, in the order of their declaration.
func (l List[T]) Options(name string) []string {
	value, err := l.Find(name)
	if err != nil || reflect.TypeOf(value) == nil || reflect.TypeOf(value).Kind() != reflect.Struct {
		return nil
	}
	var out []string
	v := reflect.ValueOf(value)
	for i := range v.NumField() {
		if key := tag(v.Type().Field(i)); key != "" {
			out = append(out, fmt.Sprintf("%s=%v", key, v.Field(i)))
		}
	}
	return out
}

// options are the fields of a struct that have a json tag.
func options(v reflect.Value) map[string]reflect.Value {
	fields := map[string]reflect.Value{}
	if v.Kind() != reflect.Struct {
		return fields
	}
	for i := range v.NumField() {
		if key := tag(v.Type().Field(i)); key != "" {
			fields[key] = v.Field(i)
		}
	}
	return fields
}

// hidden is an exported field that would be an option with a json tag; "" where there is none.
func hidden(v reflect.Value) string {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if _, tagged := f.Tag.Lookup("json"); !tagged && f.IsExported() && !strings.HasPrefix(word(v.Field(i)), "of type") {
			return f.Name
		}
	}
	return ""
}

func tag(f reflect.StructField) string {
	key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	if key == "-" || !f.IsExported() {
		return ""
	}
	return key
}

// word says what a field takes.
func word(field reflect.Value) string {
	switch {
	case field.CanInt():
		return "a whole number"
	case field.CanFloat():
		return "a number"
	case field.Kind() == reflect.Bool:
		return "true or false"
	case field.Kind() == reflect.String:
		return "text"
	}
	return "of type " + field.Type().String()
}
