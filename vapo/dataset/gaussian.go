package dataset

import (
	"fmt"
	"math"
)

// mixture draws fresh examples from equally weighted Gaussians N(means[k], std² I).
type mixture struct {
	info  Info
	seed  uint64
	means [][]float64
	std   float64
}

var _ GaussianMixture = (*mixture)(nil)

func (m *mixture) Info() Info { return m.info.clone() }

func (m *mixture) Read(i int, dst []float32) error {
	if err := m.info.check(i, dst); err != nil {
		return err
	}
	r := source(m.seed, uint64(i))
	mean := m.means[r.IntN(len(m.means))]
	for j := range dst {
		dst[j] = float32(mean[j] + m.std*r.NormFloat64())
	}
	return nil
}

// Mixture implements [GaussianMixture].
func (m *mixture) Mixture() (weights []float64, means [][]float64, std float64) {
	weights = make([]float64, len(m.means))
	means = make([][]float64, len(m.means))
	for k, mean := range m.means {
		weights[k] = 1 / float64(len(m.means))
		means[k] = append([]float64(nil), mean...)
	}
	return weights, means, m.std
}

// ring8 is eight equal Gaussians of standard deviation 0.1 centred at 2 (cos kπ/4, sin kπ/4).
func ring8() ([][]float64, float64) {
	means := make([][]float64, 8)
	for k := range means {
		sin, cos := math.Sincos(float64(k) * math.Pi / 4)
		means[k] = []float64{2 * cos, 2 * sin}
	}
	return means, 0.1
}

// gauss2 is N((1, -1), 0.5² I).
func gauss2() ([][]float64, float64) { return [][]float64{{1, -1}}, 0.5 }

// gauss16 is N(m, 0.5² I) in 16 dimensions with m_i = 0.5 (-1)^i, i = 0..15.
func gauss16() ([][]float64, float64) {
	mean := make([]float64, 16)
	for i := range mean {
		mean[i] = 0.5
		if i%2 == 1 {
			mean[i] = -0.5
		}
	}
	return [][]float64{mean}, 0.5
}

// openMixture adapts a formula to the list of sets. Both splits are unlimited and share no example.
func openMixture(formula func() ([][]float64, float64)) opener {
	return func(e entry, opt Options) (Dataset, error) {
		means, std := formula()
		seed := seedOf(opt.Split)
		return &mixture{
			info: Info{
				Name:   e.name,
				Title:  e.title,
				Shape:  []int{len(means[0])},
				Source: fmt.Sprintf("formula %s, stream %d", e.name, seed),
			},
			seed: seed, means: means, std: std,
		}, nil
	}
}
