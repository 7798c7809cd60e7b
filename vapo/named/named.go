// Package named holds lists of pieces that are chosen by name, on the command line or in JSON, with options of their own. All
// that the library and the experiments list have this one shape: help texts, errors, listings and JSON come from it.
package named

import (
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
)

// Entries are written out where their kind of piece is defined: a new piece is one line there.
type Entries[T any] []struct {
	Name, Summary string
	Value         T
}

// List is all pieces of one kind.
type List[T any] struct {
	kind    string
	entries Entries[T]
}

// New makes the list of a kind, such as "loss": the word that errors use, and the setting that takes the name. It panics where a
// name or a summary is missing, a name is there twice, or a piece has an exported field of numbers or text that no option sets.
func New[T any](kind string, entries Entries[T]) List[T] {
	seen := map[string]bool{}
	for _, e := range entries {
		if e.Name == "" || e.Summary == "" {
			panic(fmt.Sprintf("named: the list of %s: %q needs a name and a summary, got %q", kind, e.Name, e.Summary))
		}
		if seen[e.Name] {
			panic(fmt.Sprintf("named: the list of %s has the name %s twice", kind, e.Name))
		}
		seen[e.Name] = true
		if v := reflect.ValueOf(e.Value); v.Kind() == reflect.Struct && reflect.TypeFor[T]().Kind() == reflect.Interface {
			if field := hidden(v); field != "" {
				panic(fmt.Sprintf("named: the %s %s: its field %s is no option without a json tag, such as `json:%q`; `json:\"-\"` where it shall be none", kind, e.Name, field, strings.ToLower(field)))
			}
		}
	}
	return List[T]{kind, entries}
}

// Kind is what the list was made with.
func (l List[T]) Kind() string { return l.kind }

// Names are the names in the order of the list.
func (l List[T]) Names() []string {
	names := make([]string, len(l.entries))
	for i, e := range l.entries {
		names[i] = e.Name
	}
	return names
}

// All gives names and values in the order of the list, options at their defaults.
func (l List[T]) All() iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		for _, e := range l.entries {
			if !yield(e.Name, e.Value) {
				return
			}
		}
	}
}

// Summary is the one-line description of a name, "" where there is none.
func (l List[T]) Summary(name string) string {
	for _, e := range l.entries {
		if e.Name == name {
			return e.Summary
		}
	}
	return ""
}

// Has tells whether the list has a name.
func (l List[T]) Has(name string) bool { return l.Summary(name) != "" }

// ErrUnknown is wrapped by the error of a name that no list has.
var ErrUnknown = errors.New("unknown")

// Find gives the value of a name, options at their defaults. The error names the kind, the name and the choices.
func (l List[T]) Find(name string) (T, error) {
	for _, e := range l.entries {
		if e.Name == name {
			return e.Value, nil
		}
	}
	var none T
	return none, fmt.Errorf("%w %s %q; choose one of %s", ErrUnknown, l.kind, name, strings.Join(l.Names(), ", "))
}
