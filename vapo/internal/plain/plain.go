// Package plain takes the names of what built a graph out of its errors.
package plain

import "regexp"

// builders are what GoMLX puts before the sentence of an operation that refuses its operands.
var builders = regexp.MustCompile(`(failed during graph construction/compilation: )?compilation failed for Exec "[^"]*": graphFn for "[^"]*" panicked: `)

// Error is err in fewer words: "Mul: got shapes [256, 2] and [256]" without the executable and function that were at work. It
// wraps err, whose trace tells where. Nil stays nil.
func Error(err error) error {
	if err == nil {
		return nil
	}
	return sentence{err}
}

type sentence struct{ err error }

func (s sentence) Error() string { return builders.ReplaceAllString(s.err.Error(), "") }

func (s sentence) Unwrap() error { return s.err }
