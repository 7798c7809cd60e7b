package uncertainty

import (
	"fmt"
	"math"
)

// Estimate is a number and its standard error; NaN where that is not known.
type Estimate struct{ Value, StdErr float64 }

// String is [Text].
func (e Estimate) String() string { return Text(e.Value, e.StdErr) }

// Text writes a number with as many decimals as one digit of its error has, as in "0.0023 ± 0.0009"; a number without an error (0
// or NaN) has two digits.
func Text(value, err float64) string {
	if !(err > 0) || math.IsInf(err, 0) {
		return fmt.Sprintf("%.2g", value)
	}
	decimals := max(0, -int(math.Floor(math.Log10(err))))
	return fmt.Sprintf("%.*f ± %.*f", decimals, value, decimals, err)
}
