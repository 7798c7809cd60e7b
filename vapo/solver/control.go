package solver

import (
	"fmt"
	"math"
)

// Controller chooses the next step from the scaled errors e of the last three accepted ones (a step is accepted where e ≤ 1),
//
//	h_{n+1} = h_n · Safety · e_n^−(P+I+D)/p · e_{n−1}^(P+2D)/p · e_{n−2}^−D/p,
//
// for an estimate that falls with h^p, between MinFactor and MaxFactor times h_n. The very first step is Hairer's guess. It is
// the PID controller of Söderlind 2003, doi:10.1145/641876.641877; P = D = 0 is what SciPy and diffrax do by default. After a
// rejection the step shrinks by Safety · e^−1/p, and the one accepted then does not grow. The zero value stands for
// DefaultController.
type Controller struct {
	Safety               float64 // in (0, 1): smaller wastes fewer attempts on a field that steepens, at shorter steps
	P, I, D              float64 // shares of the proportional, integral and derivative parts; I > 0
	MinFactor, MaxFactor float64 // of two steps in a row: MinFactor in (0, 1), MaxFactor above 1
}

// DefaultController needs about the fewest evaluations for the same error on a spiral of narrow Gaussians, forward and backward,
// among those that "experiments bench work-precision" tries there; the bench compares it with SciPy, torchdiffeq and diffrax on
// other problems. At the usual Safety of 0.9 a fifth of the attempts is rejected where a field steepens.
var DefaultController = Controller{Safety: 0.65, P: 0.1, I: 0.9, MinFactor: 0.2, MaxFactor: 4}

// control is a controller at work.
type control struct {
	Controller
	order    float64
	previous [2]float64 // errors of the last two accepted steps
	rejected bool       // the last attempt was rejected
}

const (
	notFinite = 0.1   // factor after a trial that overflowed
	minError  = 1e-10 // a vanishing error has finite powers
)

func (c Controller) start(order int) *control {
	return &control{Controller: c, order: float64(order), previous: [2]float64{1, 1}}
}

// accept returns the factor for the next step after an accepted one with error e ≤ 1.
func (c *control) accept(e float64) float64 {
	e = max(e, minError)
	factor := c.Safety * math.Pow(math.Pow(e, -c.P-c.I-c.D)*math.Pow(c.previous[0], c.P+2*c.D)*math.Pow(c.previous[1], -c.D), 1/c.order)
	limit := c.MaxFactor
	if c.rejected {
		limit = 1
	}
	c.previous, c.rejected = [2]float64{e, c.previous[0]}, false
	return min(limit, max(c.MinFactor, factor))
}

// reject returns the factor for another attempt after one with error e > 1, or NaN or infinite.
func (c *control) reject(e float64) float64 {
	c.rejected = true
	if math.IsNaN(e) || math.IsInf(e, 0) {
		return notFinite
	}
	return max(c.MinFactor, c.Safety*math.Pow(e, -1/c.order))
}

// check returns an error unless the steps shrink where the error is large and grow where it is small.
func (c Controller) check() error {
	if finite := c.P + c.I + c.D +
		c.MaxFactor; !(c.Safety > 0 && c.Safety < 1 && c.I > 0 && c.MinFactor > 0 && c.MinFactor < 1 && c.MaxFactor > 1) ||
		math.IsNaN(finite) || math.IsInf(finite, 0) {
		return fmt.Errorf("solver: Controller = %+v; give Safety and MinFactor inside (0, 1), I above 0 and MaxFactor above "+
			"1, all finite, or the zero value for %+v",
			c, DefaultController)
	}
	return nil
}

// firstStep proposes a first step size (Hairer, Nørsett, Wanner I, 2nd ed., section II.4) at the cost of one evaluation.
func (d Adaptive) firstStep(r *run) (float64, error) {
	span := math.Abs(r.s1 - r.s0)
	norm := func(k []State, w ...float64) (float64, error) { return r.rms(r.y, k, d.RTol, d.ATol, w...) }
	d0, err := norm([]State{r.y}, 1)
	if err != nil {
		return 0, err
	}
	d1, err := norm([]State{r.slope}, 1)
	if err != nil {
		return 0, err
	}
	if size := d0 + d1; math.IsNaN(size) || math.IsInf(size, 0) {
		return 0, r.fail(NotFinite, nil)
	}
	h0 := 1e-6 * span
	if d0 >= 1e-5 && d1 >= 1e-5 {
		h0 = min(0.01*d0/d1, span/2)
	}
	signed := math.Copysign(h0, r.s1-r.s0)
	y, err := r.step([]State{r.slope}, signed, []float64{1})
	if err != nil {
		return 0, err
	}
	defer y.Finalize()
	slope, err := r.eval(r.s+signed, y)
	if err != nil {
		return 0, err
	}
	defer slope.Finalize()
	d2, err := norm([]State{r.slope, slope}, -1/h0, 1/h0)
	if err != nil {
		return 0, err
	}
	h1 := max(1e-6*span, 1e-3*h0)
	if largest := max(d1, d2); largest > 1e-15 {
		h1 = math.Pow(0.01/largest, 1/float64(r.tab.Order))
	}
	return min(100*h0, h1, span), nil
}
