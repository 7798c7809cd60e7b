package desk

import (
	"math"
	"strings"
	"testing"
)

// A slider has round steps, and its last position counts, whatever overtook it.
func TestSlider(t *testing.T) {
	for span, want := range map[float64]float64{1: 0.02, 0.9: 0.01, 20: 0.2, 100: 2, 3e-3: 5e-5} {
		if got := step(span); math.Abs(got-want) > 1e-12 {
			t.Errorf("a span of %g has steps of %g, want %g", span, got, want)
		}
	}
	receive, latest := newest()
	for _, text := range []string{"1 0.1", "3 0.3", "2 0.2", "soon", "4"} {
		receive(text)
	}
	if got := <-latest; got != 0.3 {
		t.Errorf("the slider is at %g, want 0.3", got)
	}
	receive("4 NaN")
	if got := <-latest; !math.IsNaN(got) {
		t.Errorf("done is %g", got)
	}
}

func TestSliderHTML(t *testing.T) {
	got := sliderHTML("id", "s", 0.05, 0.95)
	if !strings.Contains(got, ">0.5</output>") || !strings.Contains(got, `min="0.05" max="0.95" step="0.01" value="0.5"`) || strings.Contains(got, "%!") {
		t.Error(got)
	}
}
