package uncertainty

import (
	"math"
	"testing"
)

func TestTextHasTheDigitsOfTheError(t *testing.T) {
	for _, c := range []struct {
		value, err float64
		want       string
	}{
		{0.00234, 0.00092, "0.0023 ± 0.0009"}, {44.63, 0.21, "44.6 ± 0.2"}, {1834, 31, "1834 ± 31"}, {0.5, 0.0996, "0.50 ± 0.10"},
		{0.01234, 0, "0.012"}, {0.01234, math.NaN(), "0.012"},
	} {
		if got := Text(c.value, c.err); got != c.want {
			t.Errorf("Text(%g, %g) = %q, want %q", c.value, c.err, got, c.want)
		}
	}
}
