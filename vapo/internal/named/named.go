// Package named holds lists of things that are chosen by name, on the command line or in JSON.
package named

import (
	"fmt"
	"strings"
)

// List is written out once where its kind of thing is defined: a new entry is one line there.
type List[T any] []struct {
	Name, Summary string
	Value         T
}

// Names are the names in the order of the list.
func (l List[T]) Names() []string {
	names := make([]string, len(l))
	for i, entry := range l {
		names[i] = entry.Name
	}
	return names
}

// Summary is the one-line description of a name, "" where there is none.
func (l List[T]) Summary(name string) string {
	for _, entry := range l {
		if entry.Name == name {
			return entry.Summary
		}
	}
	return ""
}

// Find gives the value of a name. The error names the kind of thing, the name and the choices.
func (l List[T]) Find(kind, name string) (T, error) {
	for _, entry := range l {
		if entry.Name == name {
			return entry.Value, nil
		}
	}
	var none T
	return none, fmt.Errorf("unknown %s %q; choose one of %s", kind, name, strings.Join(l.Names(), ", "))
}
