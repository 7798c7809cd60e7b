package posterior

import (
	"context"
	"fmt"
	"math"

	"vapoflow/internal/progress"

	"github.com/gomlx/gomlx/core/tensors"
)

// Chains says how to sample by Metropolis' rule. The zero value is Metropolis-adjusted Langevin on twelve levels up to s = 0.9.
type Chains struct {
	Levels   []float64          // increasing clocks in (0, 1], from noise to where samples are taken; none: [Levels](12, 0.9)
	Steps    int                // transitions on each level on the way to the last; 0 means 10
	Burn     int                // further transitions, on the last level (with Exchange: on all), that still adapt the steps; 0 means 100
	Keep     int                // draws kept of each chain; 0 means 100
	Thin     int                // transitions for each draw; 0 means 1
	Leapfrog int                // leapfrog steps of a transition; 0 or 1 is MALA, more is Hamiltonian Monte Carlo
	Exchange bool               // keep a copy of each chain on every level and swap neighbours, so that modes are visited by their weight
	Guide    *Guided            // carries the chains from level to level along the guided flow; nil leaves them where they are
	Finish   int                // steps of the guided flow, of strength 1 whatever Guide has, from the last draws to s = 1; 0 leaves it out
	Seed     uint64             // chain i is a function of (Seed, i)
	Batch    int                // chains computed together; 0 means 256 points or 8 images
	Progress func(done, of int) // is told of each transition; may be nil
}

// Levels are n ≥ 1 clocks evenly from [DefaultStart] to end, the last of them end itself.
func Levels(n int, end float64) []float64 {
	out := make([]float64, max(1, n))
	for i := range out {
		out[i] = DefaultStart + (end-DefaultStart)*float64(i)/float64(max(1, n-1))
	}
	out[len(out)-1] = end
	return out
}

// Result is what the chains found, in the data's units: x/μ at the last level.
type Result struct {
	X           *tensors.Tensor // last draw of each chain, [n, shape...]
	Finished    *tensors.Tensor // X carried to s = 1, which takes the smoothing off and is no more exact; nil without Finish
	Draws       [][][]float64   // [n][Keep][d]
	Levels      []float64
	Smoothing   float64      // √v/μ at the last level: the prior is that of the data with so much noise
	Acceptance  float64      // mean probability on the last level, while draws were kept
	Swapped     []float64    // mean probability of swaps of each level with the next, with Exchange
	Evaluations int          // of Φ and its gradient, for one chain
	Diagnostics []Diagnostic // of all chains together; nil where each has a measurement of its own
	Warnings    []string     // what the diagnostics find wrong, in words; empty where nothing is
}

func (h Chains) withDefaults() (Chains, error) {
	for _, option := range []struct {
		at      *int
		name    string
		usually int
	}{{&h.Steps, "Steps", 10}, {&h.Burn, "Burn", 100}, {&h.Keep, "Keep", 100}, {&h.Thin, "Thin", 1}, {&h.Leapfrog, "Leapfrog", 1}} {
		if *option.at < 0 {
			return h, fmt.Errorf("posterior: %s = %d; give a positive number, or 0 for %d",
				option.name, *option.at, option.usually)
		}
		if *option.at == 0 {
			*option.at = option.usually
		}
	}
	if h.Finish < 0 {
		return h, fmt.Errorf("posterior: Finish = %d steps; give a positive number, or 0 to leave it out", h.Finish)
	}
	if len(h.Levels) == 0 {
		h.Levels = Levels(12, 0.9)
	}
	for i, s := range h.Levels {
		if !(s > 0 && s <= 1) || i > 0 && s <= h.Levels[i-1] {
			return h, fmt.Errorf("posterior: the levels must increase in (0, 1], got %v", h.Levels)
		}
	}
	if h.Guide != nil {
		guide, err := h.Guide.withDefaults()
		if err != nil {
			return h, err
		}
		h.Guide = &guide
	}
	return h, nil
}

// Sample runs n chains from noise along the levels, whose targets are
//
//	π_s(x) ∝ ρ̄(x; s)·p(y | x/μ; noise² + q_s),   q_s = v/μ² − (v/μ²) at the last level,
//
// with log ρ̄ from Φ by inversion, and draws from the last, where q = 0: there x/μ has the posterior of the data smoothed by
// Smoothing = √v/μ under the measurement itself. Metropolis' rule makes that exact for the Φ at hand, whatever led to it; levels
// and guidance only decide how soon. See [Chains.Exchange] for posteriors of several modes.
func (p *Posterior) Sample(ctx context.Context, how Chains, n int) (*Result, error) {
	how, err := how.withDefaults()
	if err != nil {
		return nil, err
	}
	if how.Progress == nil {
		how.Progress = func(done, of int) { progress.Report(ctx, float64(done)/float64(of)) }
	}
	e, err := p.compile()
	if err != nil {
		return nil, err
	}
	defer e.close()
	silent := progress.With(ctx, func(float64) {}) // of the solvers within
	all := &gathered{swapped: make([]tally, len(how.Levels)-1)}
	err = e.batches(n, how.Batch, func(first, size int) error {
		r, err := e.newRun(silent, how, first, size)
		if err != nil {
			return err
		}
		each := how.Burn + how.Keep*how.Thin + len(how.Levels)*how.Steps
		r.tick = func(done int) { how.Progress(first/size*each+done, (n+size-1)/size*each) }
		if err := r.anneal(); err != nil {
			return err
		}
		if err := r.draw(); err != nil {
			return err
		}
		return all.add(r, min(size, n-first))
	})
	if err != nil {
		return nil, err
	}
	return e.result(how, all)
}

// gathered is what the batches of chains have found.
type gathered struct {
	x, finished      []float64     // [n, d], on the path
	draws, monitored [][][]float64 // [n][draw][d or quantity]
	accept           tally
	swapped          []tally
	evaluations      int
}

// add takes the first chains of a batch, the fresh ones.
func (a *gathered) add(r *run, fresh int) error {
	last, d := r.levels[len(r.levels)-1], r.p.dim()
	if r.how.Finish > 0 && last.c.S < 1 {
		end, err := r.p.carry(r.ctx, Guided{Strength: 1}, r.g, last.w.x, last.c.S, 1, r.how.Finish)
		if err != nil {
			return err
		}
		r.evaluations += 2 * r.how.Finish
		a.finished = append(a.finished, end[:fresh*d]...)
	}
	a.x = append(a.x, last.w.x[:fresh*d]...)
	a.draws = append(a.draws, r.draws[:fresh]...)
	a.monitored = append(a.monitored, r.monitored[:fresh]...)
	a.accept.join(last.w.accept)
	for i := range r.swapped {
		a.swapped[i].join(r.swapped[i])
	}
	a.evaluations = r.evaluations
	return nil
}

// result puts what was found in the data's units and judges it.
func (p *engine) result(how Chains, all *gathered) (*Result, error) {
	c, err := p.at(how.Levels[len(how.Levels)-1])
	if err != nil {
		return nil, err
	}
	out := &Result{
		X: p.output(all.x, c.Mu), Draws: all.draws, Levels: how.Levels, Smoothing: c.Sd() / c.Mu,
		Acceptance: all.accept.mean(), Evaluations: all.evaluations,
	}
	if all.finished != nil {
		end, err := p.at(1)
		if err != nil {
			return nil, err
		}
		out.Finished = p.output(all.finished, end.Mu)
	}
	if how.Exchange {
		for _, t := range all.swapped {
			out.Swapped = append(out.Swapped, t.mean())
		}
	}
	if p.shared() {
		out.Diagnostics = diagnose(all.monitored, p.dim())
	}
	out.judge()
	return out, nil
}

// Moments are the mean and the standard deviation of each value, [d] flat, over all draws of all chains.
func (r *Result) Moments() (mean, sd []float64) {
	mean, sd = make([]float64, len(r.Draws[0][0])), make([]float64, len(r.Draws[0][0]))
	n := float64(len(r.Draws) * len(r.Draws[0]))
	for _, chain := range r.Draws {
		for _, x := range chain {
			for j, v := range x {
				mean[j] += v / n
			}
		}
	}
	for _, chain := range r.Draws {
		for _, x := range chain {
			for j, v := range x {
				sd[j] += (v - mean[j]) * (v - mean[j]) / n
			}
		}
	}
	for j := range sd {
		sd[j] = math.Sqrt(sd[j])
	}
	return mean, sd
}

// shared tells whether all chains have one target.
func (p *engine) shared() bool {
	if p.Likelihood != nil {
		for _, t := range p.Likelihood.Data() {
			if t.Shape().Dim(0) > 1 {
				return false
			}
		}
	}
	return true
}
