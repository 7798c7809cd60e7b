// Package noise gives random numbers as a function of (seed, use, index) alone: one image can be drawn again without the others.
package noise

import "math/rand/v2"

// Uses, whose random numbers are kept apart.
const (
	Training = iota + 1 // of a step
	Prior               // of a sample
)

// Stream is the random source of (seed, use, index).
func Stream(seed int64, use, index int) *rand.Rand {
	return rand.New(rand.NewPCG(uint64(seed), uint64(use)<<48^uint64(index)))
}

// Normal fills dst with draws of N(0, 1).
func Normal(rng *rand.Rand, dst []float32) {
	for i := range dst {
		dst[i] = float32(rng.NormFloat64())
	}
}
