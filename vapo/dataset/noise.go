package dataset

import (
	"fmt"
	"image"
	"math/rand/v2"
)

const noiseSide = 32

// noise is a set of images without content, as many as CIFAR-10 has: image i is a function of i alone, in 256 levels.
// They are the plainest tests of out-of-distribution scores (Du and Mordatch 2019, arXiv:1903.08689, have both).
type noise struct {
	info Info
	seed uint64
	fill func(r *rand.Rand, dst []float32)
}

// noiseOf is a set of noise by what fills one image. opt.Size is the side of the images, 0 for 32.
type noiseOf func(r *rand.Rand, dst []float32)

func (fill noiseOf) open(e entry, opt Options) (Dataset, error) {
	side, seed := opt.Size, seedOf(opt.Split)
	if side == 0 {
		side = noiseSide
	}
	if side < 0 {
		return nil, fmt.Errorf("dataset: size %d: image sizes are positive, 0 gives %d", opt.Size, noiseSide)
	}
	if err := checkImages(1, image.Pt(side, side)); err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", e.name, err)
	}
	return &noise{
		info: Info{
			Name:   e.name,
			Title:  e.title,
			Shape:  []int{side, side, 3},
			Len:    cifarTotal[opt.Split],
			Source: fmt.Sprintf("formula %s, stream %d", e.name, seed),
		},
		seed: seed, fill: fill,
	}, nil
}

func (n *noise) Info() Info { return n.info.clone() }

func (*noise) sized() {}

func (n *noise) Read(i int, dst []float32) error {
	if err := n.info.check(i, dst); err != nil {
		return err
	}
	n.fill(source(n.seed, uint64(i)), dst)
	return nil
}

// oneColour gives all pixels one colour, uniform among the 256³.
func oneColour(r *rand.Rand, dst []float32) {
	uniformBytes(r, dst[:3])
	for k := 3; k < len(dst); k++ {
		dst[k] = dst[k-3]
	}
}

// uniformBytes draws every value of every pixel alone, uniform among the 256 levels.
func uniformBytes(r *rand.Rand, dst []float32) {
	for k := range dst {
		dst[k] = level[r.IntN(256)]
	}
}
