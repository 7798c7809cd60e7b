package posterior

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"vapoflow/vapo/homotopy"
)

// level is one target with the chains on it.
type level struct {
	c  homotopy.Values
	at target
	w  *walkers
}

// run is the sampling of one group of chains.
type run struct {
	ctx         context.Context
	p           *engine
	how         Chains
	g           *group
	levels      []*level
	swapped     []tally
	evaluations int
	tick        func(done int)
	done        int
	draws       [][][]float64 // [chain][draw][d]
	monitored   [][][]float64 // [chain][draw][quantity]
	directions  [][]float64
}

func (p *engine) newRun(ctx context.Context, how Chains, first, size int) (*run, error) {
	g, err := p.group(how.Seed, first, size)
	if err != nil {
		return nil, err
	}
	r := &run{ctx: ctx, p: p, how: how, g: g, swapped: make([]tally, len(how.Levels)-1), draws: make([][][]float64, size), monitored: make([][][]float64, size)}
	end, err := p.at(how.Levels[len(how.Levels)-1])
	if err != nil {
		return nil, err
	}
	for _, s := range how.Levels {
		c, err := p.at(s)
		if err != nil {
			return nil, err
		}
		r.levels = append(r.levels, r.level(c, c.V/(c.Mu*c.Mu)-end.V/(end.Mu*end.Mu)))
	}
	r.directions = directions(p.dim())
	return r, nil
}

// level is the target at one clock, with the likelihood widened by the spread.
func (r *run) level(c homotopy.Values, spread float64) *level {
	d := r.p.dim()
	w := &walkers{random: r.g.random, step: make([]float64, r.g.n), scale: make([]float64, d)}
	for i := range w.step {
		w.step[i] = math.Pow(float64(d), -1.0/6)
	}
	var curvature []float64
	if r.p.Likelihood != nil {
		curvature = r.p.Likelihood.Curvature(spread)
	}
	for j := range w.scale {
		precision := 1 / c.V
		if curvature != nil {
			precision += curvature[j] / (c.Mu * c.Mu)
		}
		w.scale[j] = 1 / math.Sqrt(precision)
	}
	at := func(x []float64) (logp, grad []float64, err error) {
		if err := r.ctx.Err(); err != nil {
			return nil, nil, fmt.Errorf("posterior: stopped at s = %.3g: %w", c.S, err)
		}
		r.evaluations++
		logp, grad, err = r.p.prior(r.ctx, c, x)
		if err != nil || r.p.Likelihood == nil {
			return logp, grad, err
		}
		ell, pull, err := r.p.likelihood(c, spread, x, r.g.data)
		for i := range ell {
			logp[i] += ell[i]
		}
		for i := range pull {
			grad[i] += pull[i]
		}
		return logp, grad, err
	}
	return &level{c, at, w}
}

// adaptation is how fast the step sizes follow the acceptance at transition k of a level.
func adaptation(k int) float64 { return 1 / math.Sqrt(1+float64(k)/5) }

// anneal brings the chains from noise to the last level.
func (r *run) anneal() (err error) {
	x := r.g.noise()
	for i, l := range r.levels {
		if i > 0 {
			before := r.levels[i-1]
			x = append([]float64(nil), before.w.x...)
			copy(l.w.step, before.w.step)
			if r.how.Guide != nil {
				r.evaluations += 2
				if x, err = r.p.carry(r.ctx, *r.how.Guide, r.g, x, before.c.S, l.c.S, 1); err != nil {
					return err
				}
			}
		}
		if err := l.w.place(l.at, x); err != nil {
			return err
		}
		for k := range r.how.Steps {
			if err := r.move(l, adaptation(k)); err != nil {
				return err
			}
			r.ticked()
		}
	}
	return nil
}

func (r *run) move(l *level, rate float64) error {
	return l.w.transition(l.at, r.how.Leapfrog, rate)
}

func (r *run) ticked() {
	r.done++
	if r.tick != nil {
		r.tick(r.done)
	}
}

// sweep moves the chains on the last level; with Exchange on every level, and swaps neighbours, pairs in turn.
func (r *run) sweep(k int, rate float64) error {
	if !r.how.Exchange {
		return r.move(r.levels[len(r.levels)-1], rate)
	}
	for _, l := range r.levels {
		if err := r.move(l, rate); err != nil {
			return err
		}
	}
	for i := k % 2; i+1 < len(r.levels); i += 2 {
		hot, cold := r.levels[i], r.levels[i+1]
		if err := exchange(cold.w, hot.w, cold.at, hot.at, &r.swapped[i]); err != nil {
			return err
		}
	}
	return nil
}

// draw burns in, freezes the step sizes and keeps draws of the last level.
func (r *run) draw() error {
	for k := range r.how.Burn {
		if err := r.sweep(k, adaptation(k)); err != nil {
			return err
		}
		r.ticked()
	}
	last := r.levels[len(r.levels)-1]
	last.w.accept = tally{}
	clear(r.swapped)
	for k := range r.how.Keep * r.how.Thin {
		if err := r.sweep(k, 0); err != nil {
			return err
		}
		r.ticked()
		if (k+1)%r.how.Thin == 0 {
			r.keep(last)
		}
	}
	return nil
}

// keep notes the present points.
func (r *run) keep(l *level) {
	d := r.p.dim()
	for i := range r.draws {
		x := make([]float64, d)
		for j := range x {
			x[j] = l.w.x[i*d+j] / l.c.Mu
		}
		r.draws[i] = append(r.draws[i], x)
		quantities := []float64{l.w.logp[i]}
		if r.directions == nil {
			quantities = append(quantities, x...)
		}
		for _, v := range r.directions {
			sum := 0.0
			for j := range x {
				sum += v[j] * x[j]
			}
			quantities = append(quantities, sum)
		}
		r.monitored[i] = append(r.monitored[i], quantities)
	}
}

// maxCoordinates is up to how many dimensions every coordinate is monitored; above, so many random directions are.
const maxCoordinates = 32

// directions are the unit vectors along which chains are compared in many dimensions; nil where coordinates are.
func directions(d int) [][]float64 {
	if d <= maxCoordinates {
		return nil
	}
	random := rand.New(rand.NewPCG(0, 1))
	all := make([][]float64, maxCoordinates)
	for k := range all {
		all[k] = make([]float64, d)
		for j := range all[k] {
			all[k][j] = random.NormFloat64() / math.Sqrt(float64(d))
		}
	}
	return all
}
