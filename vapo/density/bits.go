package density

import "math"

// PixelSpacing is the distance of neighbouring levels of a pixel, 256 of which fill [−1, 1] with both ends included.
const PixelSpacing = 2.0 / 255

// BitsPerDim is the codelength of an image of d = height·width·channels values in bits per dimension, from the log-density
// (nats) of its uniform dequantisation y = x + Δu, u ~ U(−½, ½)^d, with Δ = [PixelSpacing]:
//
//	−(log ρ(y)/d + log Δ)/log 2.
//
// In the mean over u it bounds −log₂P(x)/d from above, where P(x) is ρ's mass in the cell of x (Theis et al. 2016,
// arXiv:1511.01844). 8 bits is the uniform distribution over the levels.
func BitsPerDim(logDensity float64, d int) float64 {
	return -(logDensity/float64(d) + math.Log(PixelSpacing)) / math.Ln2
}
