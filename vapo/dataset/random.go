package dataset

import "math/rand/v2"

// Each split of a formula is a stream of its own, so that train and test share no example.
const (
	trainSeed = 1
	testSeed  = 2
)

// source returns the random numbers of item i of stream seed. Nothing is shared between items: one can be drawn
// again alone.
func source(seed, i uint64) *rand.Rand {
	return rand.New(rand.NewPCG(mix(seed), mix(i)))
}

// mix is the finaliser of SplitMix64 (Steele, Lea, Flood, 2014): a bijection of 64 bits that sends neighbouring
// seeds far apart.
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
