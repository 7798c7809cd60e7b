package figures

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
)

// linearTicks returns marks within [lo, hi] at multiples of 1, 2 or 5 times a
// power of ten, as many as possible but at most most. gonum/plot's ticks take no such number: at ±2.75 on a
// narrow panel they write "−2.50" and "2.50", which run into those of the panel beside it.
func linearTicks(lo, hi float64, most int) []plot.Tick {
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(most))))
	count := func(step float64) int {
		slack := 1e-9 * step
		return int(math.Floor((hi+slack)/step)-math.Ceil((lo-slack)/step)) + 1
	}
	for _, factor := range []float64{1, 2, 5, 10, 20, 50} {
		if n := count(step * factor); n <= most {
			step *= factor
			break
		}
	}
	digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	first := math.Ceil((lo - 1e-9*step) / step)
	var out []plot.Tick
	for i := range count(step) {
		value := (first + float64(i)) * step
		out = append(out, plot.Tick{Value: value, Label: plainNumber(value, step, digits)})
	}
	return out
}

// plainNumber writes a tick of a linear axis: fixed digits, or a power of ten
// where those would be long.
func plainNumber(value, step float64, digits int) string {
	if math.Abs(value) < 1e-9*step {
		return "0"
	}
	if digits > 4 || math.Abs(value) >= 1e5 {
		return shortScientific(value)
	}
	return strings.ReplaceAll(strconv.FormatFloat(value, 'f', digits, 64), "-", "−")
}

// logTicks returns the powers of ten within [lo, hi], 0 < lo < hi, with minor
// marks at their multiples. Where fewer than two powers fall inside, the
// multiples carry the labels: all of 1, 2, 5, or on a short axis all there are.
func logTicks(lo, hi float64, most int) []plot.Tick {
	first, last := int(math.Floor(math.Log10(lo)+1e-9)), int(math.Ceil(math.Log10(hi)-1e-9))
	decades := int(math.Floor(math.Log10(hi)+1e-9)) - int(math.Ceil(math.Log10(lo)-1e-9)) + 1
	every := max(1, (decades+most-1)/most) // label every so many powers
	var out []plot.Tick
	labelled := 0
	for e := first; e <= last; e++ {
		for m := 1; m <= 9; m++ {
			value := float64(m) * math.Pow(10, float64(e))
			if value < lo*(1-1e-9) || value > hi*(1+1e-9) {
				continue
			}
			t := plot.Tick{Value: value}
			switch {
			case decades >= 2 && m == 1 && (e%every) == 0:
				t.Label = shortScientific(value)
			case decades < 2 && (m == 1 || m == 2 || m == 5):
				t.Label = strconv.FormatFloat(value, 'g', 3, 64)
			}
			if t.Label != "" {
				labelled++
			}
			if decades <= 8 || m == 1 {
				out = append(out, t)
			}
		}
	}
	if labelled < 2 { // less than a factor of about three: it reads as linear
		return linearTicks(lo, hi, most)
	}
	return out
}

// scientific writes a number with the given count of significant digits as
// mantissa and power of ten, in the notation of the package's texts.
func scientific(value float64, digits int) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(value, 'e', digits-1, 64), "e")
	power, err := strconv.Atoi(exponent)
	if err != nil { // Inf or NaN, which no axis reaches
		return mantissa
	}
	return fmt.Sprintf("%s × $10^{%d}$", strings.ReplaceAll(mantissa, "-", "−"), power)
}

// shortScientific leaves out what a tick does not need: zeros at the end of
// the mantissa, and a mantissa of one.
func shortScientific(value float64) string {
	mantissa, power, _ := strings.Cut(scientific(value, 6), " × ")
	mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	if mantissa == "1" {
		return power
	}
	return mantissa + " × " + power
}
