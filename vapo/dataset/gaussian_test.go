package dataset

import (
	"math"
	"testing"
)

// TestMixtures draws from each mixture and compares, per component, weight, mean and variance with what Mixture
// promises to the oracle.
func TestMixtures(t *testing.T) {
	const n = 40_000
	for _, name := range []string{"ring8", "gauss2", "gauss16", "modes16"} {
		ds := open(t, name, Options{})
		weights, means, std := ds.(GaussianMixture).Mixture()
		d := ds.Info().Size()
		x, err := ReadRange(ds, 0, n)
		if err != nil {
			t.Fatal(err)
		}
		count := make([]float64, len(means))
		sum := make([]float64, len(means)*d)
		var square float64
		for i := range n {
			k := nearest(x[i*d:(i+1)*d], means)
			count[k]++
			for j, m := range means[k] {
				dev := float64(x[i*d+j]) - m
				sum[k*d+j] += dev
				square += dev * dev
			}
		}
		for k, w := range weights {
			if bound := 5 * math.Sqrt(w*(1-w)*n); math.Abs(count[k]-w*n) > bound {
				t.Errorf("%s: component %d has %v of %d draws, expected %v ± %.0f", name, k, count[k], n, w*n, bound)
			}
			for j := range d {
				if dev, bound := sum[k*d+j]/count[k], 5*std/math.Sqrt(count[k]); math.Abs(dev) > bound {
					t.Errorf("%s: component %d, axis %d: mean off by %.4f, allowed %.4f", name, k, j, dev, bound)
				}
			}
		}
		variance := square / float64(n*d)
		if bound := 5 * std * std * math.Sqrt(2/float64(n*d)); math.Abs(variance-std*std) > bound {
			t.Errorf("%s: variance %.5f, expected %.5f ± %.5f", name, variance, std*std, bound)
		}
	}
}

func nearest(x []float32, means [][]float64) int {
	best, at := math.Inf(1), 0
	for k, mean := range means {
		var d float64
		for j, m := range mean {
			d += (float64(x[j]) - m) * (float64(x[j]) - m)
		}
		if d < best {
			best, at = d, k
		}
	}
	return at
}

// TestNeighboursIndependent: examples are drawn from generators seeded by their index, so a poor mixing of seeds would
// show as correlation between neighbours.
func TestNeighboursIndependent(t *testing.T) {
	const n = 40_000
	x, err := ReadRange(open(t, "gauss2", Options{}), 0, n)
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	for i := range n - 1 {
		sum += (float64(x[2*i]) - 1) * (float64(x[2*i+2]) - 1) / 0.25
	}
	if correlation := sum / n; math.Abs(correlation) > 5/math.Sqrt(n) {
		t.Errorf("neighbouring examples correlate by %.4f, expected 0 ± %.4f", correlation, 5/math.Sqrt(n))
	}
}
