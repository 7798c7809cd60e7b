// Package usage marks errors that are wrong use of the command line: a name that does not exist, a value out of range. They are found
// before anything runs, and their exit code is 2.
package usage

import "fmt"

// Error is wrong use.
type Error struct{ error }

// Unwrap returns the cause.
func (e Error) Unwrap() error { return e.error }

// Wrap marks an error as wrong use.
func Wrap(err error) error { return Error{err} }

// Errorf is [fmt.Errorf], marked as wrong use.
func Errorf(format string, args ...any) error { return Error{fmt.Errorf(format, args...)} }
