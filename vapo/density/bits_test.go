package density_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"vapoflow/vapo/density"
)

// For any density, the mean of BitsPerDim over the cell of a pixel is a little above the codelength of the cell's mass.
func TestBitsPerDim(t *testing.T) {
	uniform := -3 * math.Log(256*density.PixelSpacing)
	if got := density.BitsPerDim(uniform, 3); math.Abs(got-8) > 1e-12 {
		t.Errorf("the uniform distribution over 256 levels has %g bits, want 8", got)
	}
	normal := distuv.Normal{Mu: 0.1, Sigma: 0.05}
	for _, level := range []float64{120, 140, 160} {
		pixel := level/127.5 - 1
		mass := normal.CDF(pixel+density.PixelSpacing/2) - normal.CDF(pixel-density.PixelSpacing/2)
		mean := 0.0
		const steps = 1000
		for i := range steps {
			u := (float64(i)+0.5)/steps - 0.5
			mean += density.BitsPerDim(normal.LogProb(pixel+u*density.PixelSpacing), 1) / steps
		}
		if exact := -math.Log2(mass); mean < exact || mean > exact+0.02 {
			t.Errorf("level %g: %g bits, the mass of the cell has %g", level, mean, exact)
		}
	}
}
