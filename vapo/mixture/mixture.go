package mixture

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/gomlx/gomlx/support/exceptions"
)

var panicf = exceptions.Panicf

// Mixture is the data Σ Weights[k] N(Means[k], Std² I). Std = 0 is a set of points.
// Build it with [New] or [Points], which check it; the slices are kept, not copied.
type Mixture struct {
	Weights []float64   // positive, sum 1; nil means equal
	Means   [][]float64 // [n][d]
	Std     float64     // common standard deviation τ ≥ 0
}

// New is the mixture Σ weights[k] N(means[k], std² I). Weights must be positive and sum to one;
// nil means equal weights. All means must be finite and of one dimension.
func New(weights []float64, means [][]float64, std float64) (Mixture, error) {
	m := Mixture{weights, means, std}
	return m, m.check()
}

// Points is the empirical distribution of the rows of x, each of weight 1/n.
func Points(x [][]float64) (Mixture, error) { return New(nil, x, 0) }

func (m Mixture) check() error {
	if len(m.Means) == 0 || len(m.Means[0]) == 0 {
		return fmt.Errorf("mixture: needs at least one component of at least one dimension, got %d", len(m.Means))
	}
	if !(m.Std >= 0) || math.IsInf(m.Std, 0) {
		return fmt.Errorf("mixture: the standard deviation of a component must be finite and not negative, got %g", m.Std)
	}
	for k, mean := range m.Means {
		if len(mean) != m.Dim() {
			return fmt.Errorf("mixture: component %d has %d dimensions, component 0 has %d", k, len(mean), m.Dim())
		}
		for _, x := range mean {
			if math.IsNaN(x) || math.IsInf(x, 0) {
				return fmt.Errorf("mixture: the mean of component %d holds %g; remove such points from the data", k, x)
			}
		}
	}
	return m.checkWeights()
}

func (m Mixture) checkWeights() error {
	if m.Weights == nil {
		return nil
	}
	if len(m.Weights) != len(m.Means) {
		return fmt.Errorf("mixture: got %d weights for %d components", len(m.Weights), len(m.Means))
	}
	sum := 0.0
	for k, w := range m.Weights {
		if !(w > 0) {
			return fmt.Errorf("mixture: weight %d must be positive, got %g; drop empty components", k, w)
		}
		sum += w
	}
	if math.Abs(sum-1) > 1e-9 {
		return fmt.Errorf("mixture: weights must sum to 1, got %.12g", sum)
	}
	return nil
}

// Dim is the dimension d of the data.
func (m Mixture) Dim() int { return len(m.Means[0]) }

// weight is π_k.
func (m Mixture) weight(k int) float64 {
	if m.Weights == nil {
		return 1 / float64(len(m.Means))
	}
	return m.Weights[k]
}

// secondMoment is Σ π_k‖m_k‖².
func (m Mixture) secondMoment() float64 {
	sum := 0.0
	for k, mean := range m.Means {
		norm := 0.0
		for _, x := range mean {
			norm += x * x
		}
		sum += m.weight(k) * norm
	}
	return sum
}

// Ring8 is the planar problem of THEORY §9: eight equal Gaussians of standard deviation 0.1
// centred at 2 (cos kπ/4, sin kπ/4).
func Ring8() Mixture {
	means := make([][]float64, 8)
	for k := range means {
		sin, cos := math.Sincos(float64(k) * math.Pi / 4)
		means[k] = []float64{2 * cos, 2 * sin}
	}
	return Mixture{Means: means, Std: 0.1}
}

// Gauss2 is N((1, −1), 0.5² I) in the plane (THEORY §9).
func Gauss2() Mixture { return Mixture{Means: [][]float64{{1, -1}}, Std: 0.5} }

// Gauss16 is N(m, 0.5² I) with m_i = 0.5 (−1)^i, i = 0..15 (THEORY §9).
func Gauss16() Mixture {
	mean := make([]float64, 16)
	for i := range mean {
		mean[i] = 0.5 - float64(i%2)
	}
	return Mixture{Means: [][]float64{mean}, Std: 0.5}
}

// Modes16 is four equal Gaussians of standard deviation 0.4 in 16 dimensions, 2.8 apart. Their means are ½ times the Walsh
// functions 1, 9, 2 and 10 (rows of the Hadamard matrix in its natural order): the first two agree in the first half of the
// coordinates, and so do the last two, so that a measurement of that half leaves two answers for the other.
func Modes16() Mixture {
	m := Mixture{Std: 0.4}
	for _, row := range []uint{1, 9, 2, 10} {
		mean := make([]float64, 16)
		for i := range mean {
			mean[i] = 0.5 - float64(bits.OnesCount(row&uint(i))%2)
		}
		m.Means = append(m.Means, mean)
	}
	return m
}
