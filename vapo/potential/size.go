package potential

// Sized potentials tell what they would take before they are built: weights, and activations of one example, for examples of a
// shape. The numbers are floating-point so that a shape or width that somebody mistyped does not overflow.
type Sized interface {
	Size(shape []int) (weights, activations float64)
}

// clockFeatures is the length of EmbedClock's features.
const clockFeatures = 1 + 2*clockFrequencies

// affine is the number of weights of a layer with its bias.
func affine(in, out float64) float64 { return (in + 1) * out }

// Size implements [Sized].
func (m MLP) Size(shape []int) (weights, activations float64) {
	width, depth := float64(or(m.Width, 128)), float64(or(m.Depth, 3))
	inputs := float64(shape[0]) * (1 + 2*float64(m.Frequencies))
	weights = affine(inputs+clockFeatures, width) + (depth-1)*affine(width, width) + affine(width, 1)
	return weights, depth * width
}

// Size implements [Sized].
func (r ResNet) Size(shape []int) (weights, activations float64) {
	const clock = 128
	width, blocks := float64(or(r.Width, 32)), float64(or(r.Blocks, 1))
	readout := func(channels float64) float64 { return 2 * affine(clock, channels) }
	pixels, in := float64(shape[0])*float64(shape[1]), float64(shape[2])
	weights, activations = affine(clockFeatures, clock)+readout(in), pixels*in
	for level := range levels(shape[0], shape[1]) {
		channels, window := 2*width, 1.0
		if level == 0 {
			channels, window = width, 9
		}
		weights += affine(window*4*in, channels) + readout(channels)
		weights += blocks * (affine(9*channels, channels) + 2*affine(clock, channels) + affine(channels, channels))
		pixels /= 4
		activations += pixels * channels * (1 + 2*blocks)
		in = channels
	}
	return weights, activations
}
