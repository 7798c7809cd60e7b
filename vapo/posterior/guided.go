package posterior

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/solver"
)

// Guided is the flow of the posterior without correction, from noise to data:
//
//	dx/ds = ∇Φ + Strength·κ ∇ log p(y | x, s).
//
// With the exact p(y | x, s) and Strength 1 it carries noise to the posterior; no network knows that, and as in Chung et al. 2023
// (arXiv:2209.14687) it is approximated by the likelihood at the denoised mean E[x̄ | x, s], here with the noise of that mean
// taken for ω²v/(ω²μ² + v) as in Song et al. 2023 (ΠGDM, ICLR), which is exact for data N(0, ω² I); above 32 dimensions for v/μ²,
// that of data of any variance. For a composed prior the field is the sum of the flows' own, (μ̇/μ)x + κ∇log π, known to be wrong
// at s < 1 (Du et al. 2023, arXiv:2302.11552), and the likelihood is taken at x/μ, widened by v/μ².
type Guided struct {
	Strength float64 // of the likelihood; 0 means 1
	Steps    int     // of Heun's method, two evaluations each; 0 means 50
}

func (g Guided) withDefaults() (Guided, error) {
	if g.Strength == 0 {
		g.Strength = 1
	}
	if g.Steps == 0 {
		g.Steps = 50
	}
	if !(g.Strength > 0) || math.IsInf(g.Strength, 0) || g.Steps < 1 {
		return g, fmt.Errorf("posterior: guidance of strength %g in %d steps; both must be positive", g.Strength, g.Steps)
	}
	return g, nil
}

// DefaultStart is the clock at which chains and guidance begin: where μ = 0 Φ says nothing of the data. Up to it a flow's own
// field, without guidance, carries noise; a composition begins at the noise itself.
const DefaultStart = 0.05

// startSteps are Heun's on the way to DefaultStart.
const startSteps = 2

// start carries noise from s = 0 to DefaultStart.
func (p *engine) start(ctx context.Context, g *group) ([]float64, error) {
	x := g.noise()
	if !p.Prior.single() {
		return x, nil
	}
	return p.solve(ctx, p.Prior.flows[0].Field(), x, 0, DefaultStart, startSteps)
}

// solve carries rows x along a field in Heun steps.
func (p *engine) solve(ctx context.Context, field solver.Field, x []float64, from, to float64, steps int) ([]float64, error) {
	start := p.tensor(x)
	defer numbers.Finalize(start)
	end, err := solver.Fixed{Tableau: solver.Heun, Steps: steps, Backend: p.Prior.flows[0].Backend}.Solve(ctx, field, solver.State{start}, from, to)
	if err != nil {
		return nil, fmt.Errorf("posterior: the guided flow: %w", err)
	}
	defer end.Finalize()
	return numbers.Flat(end.State[0]), nil
}

// Guide draws n samples, [n, shape...], by the guided flow from s = 0 to 1, guided from [DefaultStart] on. Sample i is a function
// of (seed, i).
func (p *Posterior) Guide(ctx context.Context, how Guided, n int, seed uint64) (*tensors.Tensor, error) {
	how, err := how.withDefaults()
	if err != nil {
		return nil, err
	}
	e, err := p.compile()
	if err != nil {
		return nil, err
	}
	defer e.close()
	var all []float64
	err = e.batches(n, 0, func(first, size int) error {
		g, err := e.group(seed, first, size)
		if err != nil {
			return err
		}
		x, err := e.start(ctx, g)
		if err != nil {
			return err
		}
		x, err = e.carry(ctx, how, g, x, DefaultStart, 1, how.Steps)
		all = append(all, x...)
		return err
	})
	if err != nil {
		return nil, err
	}
	c, err := e.at(1)
	if err != nil {
		return nil, err
	}
	return e.output(all[:n*e.dim()], c.Mu), nil
}

// output is x/μ as a tensor [n, shape...].
func (p *engine) output(x []float64, mu float64) *tensors.Tensor {
	scaled := make([]float64, len(x))
	for i := range x {
		scaled[i] = x[i] / mu
	}
	return p.tensor(scaled)
}

// carry takes x along the guided flow from one clock to another in Heun steps.
func (p *engine) carry(ctx context.Context, how Guided, g *group, x []float64, from, to float64, steps int) ([]float64, error) {
	prior, err := p.Prior.flows[0].Coefficients(0)
	if err != nil {
		return nil, fmt.Errorf("posterior: %w", err)
	}
	omega2 := prior.V
	field := func(s float64, y solver.State) (solver.State, error) {
		c, err := p.at(s)
		if err != nil {
			return nil, err
		}
		spread := omega2 * c.V / (omega2*c.Mu*c.Mu + c.V)
		if p.dim() > maxCoordinates { // images vary by far more than ω along some directions, where that would make the field stiff
			spread = c.V / (c.Mu * c.Mu)
		}
		u, err := p.field(ctx, c, how.Strength, spread, numbers.Flat(y[0]), g.data)
		return solver.State{p.tensor(u)}, err
	}
	return p.solve(ctx, field, x, from, to, steps)
}

// field is the guided flow's at rows x.
func (p *engine) field(ctx context.Context, c homotopy.Values, strength, spread float64, x []float64, data []any) ([]float64, error) {
	kappa := c.Kappa()
	if p.Prior.single() && p.Likelihood != nil {
		u, grad, err := p.guidance(c, spread, x, data)
		for i := range u {
			u[i] += strength * kappa * grad[i]
		}
		return u, err
	}
	_, u, err := p.prior(ctx, c, x)
	if err != nil {
		return nil, err
	}
	if p.Likelihood != nil {
		_, grad, err := p.likelihood(c, c.V/(c.Mu*c.Mu), x, data)
		if err != nil {
			return nil, err
		}
		for i := range u {
			u[i] += strength * grad[i]
		}
	}
	for i := range u {
		u[i] = c.MuDot/c.Mu*x[i] + kappa*u[i]
	}
	return u, nil
}
