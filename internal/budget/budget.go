// Package budget refuses what there is no memory for before it is asked for: Go ends a process that asks for too much.
package budget

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync/atomic"
)

// ErrTooLarge is wrapped by the errors of Check.
var ErrTooLarge = errors.New("too large")

var limit atomic.Uint64 // of SetLimit; 0 before

// Limit is how many bytes a request may take: what SetLimit said, else the memory of the machine or of its control group.
func Limit() uint64 {
	if set := limit.Load(); set > 0 {
		return set
	}
	return available()
}

// SetLimit sets the limit; 0 makes it that of the machine again.
func SetLimit(bytes uint64) { limit.Store(bytes) }

// ParseLimit reads 8GB, 512MB or none.
func ParseLimit(text string) (uint64, error) {
	if text == "none" {
		return math.MaxUint64, nil
	}
	units := map[string]float64{"KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12}
	if len(text) > 2 {
		if unit := units[strings.ToUpper(text[len(text)-2:])]; unit > 0 {
			if n, err := strconv.ParseFloat(strings.TrimSpace(text[:len(text)-2]), 64); err == nil && n*unit >= 1 &&
				n*unit < 1e18 {
				return uint64(n * unit), nil
			}
		}
	}
	return 0, fmt.Errorf("%q is no size of memory; give one such as 8GB or 512MB, or none", text)
}

// Check is an error that wraps ErrTooLarge where what takes more bytes than the limit. It takes a float64, so that products of
// sizes that somebody asked for do not overflow.
func Check(what string, bytes float64) error {
	if most := Limit(); bytes > float64(most) {
		return fmt.Errorf("%w: %s would take about %s of memory, and the limit is %s; make it smaller, or raise "+
			"--memory-limit where there is more",
			ErrTooLarge, what, size(bytes), size(float64(most)))
	}
	return nil
}

func size(bytes float64) string {
	for _, unit := range []string{"B", "KB", "MB", "GB", "TB"} {
		if bytes < 1000 {
			return fmt.Sprintf("%.3g %s", bytes, unit)
		}
		bytes /= 1000
	}
	return fmt.Sprintf("%.3g PB", bytes)
}
