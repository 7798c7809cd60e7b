package posterior

import (
	"math"
	"math/rand/v2"
)

// A target gives log π [n] up to a constant and ∇log π [n, d], flat, of n rows x.
type target func(x []float64) (logp, grad []float64, err error)

// walkers are n chains at one level with what the next transition needs of the present point.
type walkers struct {
	x, grad []float64 // [n, d]
	logp    []float64 // [n]
	step    []float64 // [n], ε of each chain, in units of scale
	scale   []float64 // [d], width of π in each coordinate as far as it is known: the inverse root of the mass
	random  []*rand.Rand
	accept  tally // of the transitions since it was last reset
}

// tally is a mean of acceptance probabilities.
type tally struct{ sum, n float64 }

func (t *tally) add(p float64) { t.sum, t.n = t.sum+p, t.n+1 }

func (t *tally) join(o tally) { t.sum, t.n = t.sum+o.sum, t.n+o.n }

func (t tally) mean() float64 {
	if t.n == 0 {
		return math.NaN()
	}
	return t.sum / t.n
}

// place puts the chains at x and evaluates π there.
func (w *walkers) place(at target, x []float64) (err error) {
	w.x = x
	w.logp, w.grad, err = at(x)
	return err
}

// jitter is by how much, relatively, a step size varies from one transition to the next: HMC with one length may turn in circles.
const jitter = 0.1

// transition moves every chain by one Hamiltonian trajectory of so many leapfrog steps, accepted or refused by Metropolis' rule,
// which leaves π as it is for any step size. One leapfrog is the Metropolis-adjusted Langevin algorithm (Roberts and Tweedie
// 1996): the proposal is x + ½ε²h²∇log π + εhξ. The rate is how fast log ε follows the acceptance (Robbins and Monro); 0 leaves
// ε, as it must be where draws count.
func (w *walkers) transition(at target, leapfrogs int, rate float64) error {
	n, d := len(w.logp), len(w.scale)
	x, p, e := make([]float64, n*d), make([]float64, n*d), make([]float64, n)
	start := make([]float64, n) // kinetic energy
	for i := range n {
		e[i] = w.step[i] * (1 + jitter*(2*w.random[i].Float64()-1))
		for j := range d {
			k := i*d + j
			xi := w.random[i].NormFloat64()
			start[i] += xi * xi / 2
			p[k] = xi + e[i]/2*w.scale[j]*w.grad[k]
			x[k] = w.x[k] + e[i]*w.scale[j]*p[k]
		}
	}
	var logp, grad []float64
	for leap := range leapfrogs {
		var err error
		if logp, grad, err = at(x); err != nil {
			return err
		}
		half := leap == leapfrogs-1
		for k := range x {
			i, h := k/d, w.scale[k%d]
			if half {
				p[k] += e[i] / 2 * h * grad[k]
				continue
			}
			p[k] += e[i] * h * grad[k]
			x[k] += e[i] * h * p[k]
		}
	}
	goal := acceptance(leapfrogs)
	for i := range n {
		end := 0.0
		for _, v := range p[i*d:][:d] {
			end += v * v / 2
		}
		probability := math.Exp(min(0, logp[i]-end-w.logp[i]+start[i]))
		if math.IsNaN(probability) || math.IsInf(logp[i], 0) { // the trajectory left where π can be computed
			probability = 0
		}
		w.accept.add(probability)
		if w.random[i].Float64() < probability {
			w.take(i, logp[i], x[i*d:][:d], grad[i*d:][:d])
		}
		w.step[i] *= math.Exp(rate * (probability - goal))
	}
	return nil
}

// take moves chain i to x.
func (w *walkers) take(i int, logp float64, x, grad []float64) {
	d := len(w.scale)
	w.logp[i] = logp
	copy(w.x[i*d:], x)
	copy(w.grad[i*d:], grad)
}

// acceptance is the best mean acceptance in high dimension: 0.574 for MALA (Roberts and Rosenthal 1998), 0.651 for HMC (Beskos et
// al. 2013).
func acceptance(leapfrogs int) float64 {
	if leapfrogs == 1 {
		return 0.574
	}
	return 0.651
}

// exchange proposes for every chain to swap its points at two neighbouring levels (Swendsen and Wang 1986). Constants of the two
// log-densities cancel in the ratio, so that the unknown c(s) of a potential does not matter.
func exchange(cold, hot *walkers, atCold, atHot target, swaps *tally) error {
	coldOf, coldGrad, err := atCold(hot.x)
	if err != nil {
		return err
	}
	hotOf, hotGrad, err := atHot(cold.x)
	if err != nil {
		return err
	}
	d := len(cold.scale)
	for i := range cold.logp {
		probability := math.Exp(min(0, coldOf[i]+hotOf[i]-cold.logp[i]-hot.logp[i]))
		if math.IsNaN(probability) {
			probability = 0
		}
		swaps.add(probability)
		if cold.random[i].Float64() < probability {
			from := append([]float64(nil), cold.x[i*d:][:d]...)
			cold.take(i, coldOf[i], hot.x[i*d:][:d], coldGrad[i*d:][:d])
			hot.take(i, hotOf[i], from, hotGrad[i*d:][:d])
		}
	}
	return nil
}
