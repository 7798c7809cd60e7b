package inception

import (
	"hash/fnv"
	"math"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
)

// The weights and images of experiments/peers/inception.py, by the same formulas.

// seed is the FNV-1a hash of name.
func seed(name string) uint64 {
	hash := fnv.New64a()
	hash.Write([]byte(name))
	return hash.Sum64()
}

// mix is SplitMix64 of the index-th number after seed.
func mix(seed uint64, index int) uint64 {
	z := seed + uint64(index+1)*0x9E3779B97F4A7C15
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// formulaWeights fills every parameter of the network up to the place dim, scaled so that activations stay of order one.
func formulaWeights(dim int) *Weights {
	w := &Weights{arrays: map[string]array{}}
	for _, l := range layersUpTo(dim) {
		w.fill(l.name+".conv.weight", l.out, l.in, l.height, l.width)
		for _, name := range []string{"weight", "bias", "running_mean", "running_var"} {
			w.fill(l.name+".bn."+name, l.out)
		}
	}
	return w
}

func (w *Weights) fill(name string, dims ...int) {
	size, fanIn := dims[0], 1
	for _, d := range dims[1:] {
		size, fanIn = size*d, fanIn*d
	}
	values, seed := make([]float32, size), seed(name)
	for i := range values {
		u := float64(mix(seed, i)>>40)/(1<<23) - 1
		switch {
		case strings.HasSuffix(name, "running_var"):
			u = 1 + u/2
		case strings.HasSuffix(name, "bn.weight"):
			u = 1 + u/4
		case len(dims) > 1:
			u *= math.Sqrt(6 / float64(fanIn))
		default:
			u /= 4
		}
		values[i] = float32(u)
	}
	w.arrays[name] = array{dims, values}
}

// sets are the numbers of levels of the base colour and of the noise.
var sets = map[string]struct{ colours, amplitude uint64 }{"first": {256, 32}, "second": {192, 96}}

// formulaImages are images first … first+count-1 of a set: a colour, two slopes and noise, on 256 levels of [-1, 1].
func formulaImages(set string, first, count, height, width int) *tensors.Tensor {
	base, right, down, noise := seed(set+" base"), seed(set+" right"), seed(set+" down"), seed(set+" noise")
	colours, amplitude := sets[set].colours, sets[set].amplitude
	pixels := make([]float32, 0, count*height*width*3)
	for i := first; i < first+count; i++ {
		for y := range height {
			for x := range width {
				for c := range 3 {
					level := mix(base, 3*i+c) % colours
					level += mix(right, 3*i+c) % 129 * uint64(x) / uint64(width)
					level += mix(down, 3*i+c) % 129 * uint64(y) / uint64(height)
					level += mix(noise, ((i*height+y)*width+x)*3+c) % (amplitude + 1)
					pixels = append(pixels, float32(min(max(int(level)-128, 0), 255))/127.5-1)
				}
			}
		}
	}
	return tensors.FromFlatDataAndDimensions(pixels, count, height, width, 3)
}
