package dataset

import (
	"fmt"

	"vapoflow/vapo/mixture"
)

// gaussians draws fresh examples from equally weighted Gaussians N(means[k], std² I).
type gaussians struct {
	info  Info
	seed  uint64
	means [][]float64
	std   float64
}

var _ GaussianMixture = (*gaussians)(nil)

func (m *gaussians) Info() Info { return m.info.clone() }

func (m *gaussians) Read(i int, dst []float32) error {
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
func (m *gaussians) Mixture() (weights []float64, means [][]float64, std float64) {
	weights = make([]float64, len(m.means))
	means = make([][]float64, len(m.means))
	for k, mean := range m.means {
		weights[k] = 1 / float64(len(m.means))
		means[k] = append([]float64(nil), mean...)
	}
	return weights, means, m.std
}

// mixtureOf is a set by the mixture that it is drawn from. Both splits are unlimited and share no example.
type mixtureOf func() mixture.Mixture

func (problem mixtureOf) open(e entry, opt Options) (Dataset, error) {
	m := problem()
	seed := seedOf(opt.Split)
	return &gaussians{
		info: Info{
			Name:   e.name,
			Title:  e.title,
			Shape:  []int{m.Dim()},
			Source: fmt.Sprintf("formula %s, stream %d", e.name, seed),
		},
		seed: seed, means: m.Means, std: m.Std,
	}, nil
}
