package posterior

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/numbers"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/internal/plain"
	"vapoflow/vapo/potential"
)

// Posterior is the law of data with a prior after a measurement. Points [d] are computed in float64 throughout, with the weights
// widened, and images in float32.
type Posterior struct {
	Prior      Prior
	Likelihood Likelihood // nil: the prior alone
}

// engine is a posterior as it was when a call of Sample or Guide began, with what is compiled of it.
type engine struct {
	Posterior

	levels map[float64]homotopy.Values
	plain  *graph.Exec // x, c, data → ℓ(x/μ), its gradient
	guide  *model.Exec // x, s, c, data → ∇Φ, gradient of ℓ(x̂)
}

// compile checks the posterior and builds what evaluates it.
func (p *Posterior) compile() (*engine, error) {
	if err := p.Prior.check(); err != nil {
		return nil, err
	}
	e := &engine{Posterior: *p, levels: map[float64]homotopy.Values{}}
	if p.Likelihood == nil {
		return e, nil
	}
	if curvature := p.Likelihood.Curvature(0); curvature != nil && len(curvature) != e.dim() {
		return nil, fmt.Errorf("posterior: the measurement is of examples of %d values, and the prior's have %d (shape %v)", len(curvature), e.dim(), e.shape())
	}
	if err := e.compileLikelihood(p.Prior.flows[0]); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

func (p *engine) close() {
	if p.plain != nil {
		p.plain.Finalize()
	}
	if p.guide != nil {
		p.guide.Finalize()
	}
}

func (p *engine) shape() []int { return p.Prior.flows[0].Shape }

func (p *engine) dim() int { return p.Prior.flows[0].Dim() }

// dtype in which examples are computed.
func (p *engine) dtype() dtypes.DType {
	if len(p.shape()) == 1 {
		return dtypes.Float64
	}
	return dtypes.Float32
}

func (p *engine) compileLikelihood(f *flow.Flow) (err error) {
	p.plain, err = graph.NewExec(f.Backend, func(in []*Node) []*Node {
		x, c := in[0], coefficients(convert(in[1:2], in[0])[0])
		ell := p.Likelihood.Log(graph.Div(x, c[0]), convert(in[2:], x), c[4])
		return []*Node{ell, graph.Gradient(graph.ReduceAllSum(ell), x)[0]}
	})
	if err != nil {
		return fmt.Errorf("posterior: building the likelihood: %w", plain.Error(err))
	}
	p.guide, err = f.Compile(p.dtype(), func(at potential.Function, in []*Node) []*Node {
		x, s, c := in[0], in[1], coefficients(convert(in[2:3], in[0])[0])
		_, grad := at(x, s)
		ell := p.Likelihood.Log(denoised(x, grad, c), convert(in[3:], x), c[4])
		return []*Node{grad, graph.Gradient(graph.ReduceAllSum(ell), x)[0]}
	})
	if err != nil {
		return fmt.Errorf("posterior: building the guidance: %w", err)
	}
	return nil
}

// denoised is E[x̄ | x, s] = (∇Φ − (v̇/2v)x)/(μ̇ − μv̇/2v) (THEORY §6).
func denoised(x, grad *Node, c []*Node) *Node {
	pull := graph.Div(c[3], graph.MulScalar(c[1], 2)) // v̇/2v
	return graph.Div(graph.Sub(grad, graph.Mul(pull, x)), graph.Sub(c[2], graph.Mul(c[0], pull)))
}

// coefficients are μ, v, μ̇, v̇ and the spread, each a scalar, from a tensor [5].
func coefficients(c *Node) []*Node {
	out := make([]*Node, 5)
	for i := range out {
		out[i] = graph.Reshape(graph.Slice(c, graph.AxisElem(i)))
	}
	return out
}

func convert(data []*Node, x *Node) []*Node {
	out := make([]*Node, len(data))
	for i, d := range data {
		out[i] = graph.ConvertDType(d, x.DType())
	}
	return out
}

// at is what the clock gives at s in (0, 1].
func (p *engine) at(s float64) (homotopy.Values, error) {
	if c, ok := p.levels[s]; ok {
		return c, nil
	}
	var all []homotopy.Values
	for i, f := range p.Prior.flows {
		c, err := f.Coefficients(s)
		if err != nil {
			return homotopy.Values{}, fmt.Errorf("posterior: %w", err)
		}
		all = append(all, c)
		if c != all[0] {
			return homotopy.Values{}, fmt.Errorf("posterior: flow %d is on another path than flow 0 (%v and %v at s = %g); "+
				"only flows on one path compose", i, f.Homotopy, p.Prior.flows[0].Homotopy, s)
		}
	}
	c := all[0]
	if kappa := c.Kappa(); c.Mu == 0 || !(math.Abs(kappa) > 0) || math.IsInf(1/kappa, 0) {
		return c, fmt.Errorf("posterior: μ = %g and κ = %g at s = %g, where Φ says nothing of the density; choose 0 < s < 1",
			c.Mu, kappa, s)
	}
	p.levels[s] = c
	return c, nil
}

// prior gives log π and ∇log π of the prior at s for rows x, flat.
func (p *engine) prior(ctx context.Context, c homotopy.Values, x []float64) (logp, grad []float64, err error) {
	flows := p.Prior.flows
	logs, scores := make([][]float64, len(flows)), make([][]float64, len(flows))
	in := p.tensor(x)
	defer numbers.Finalize(in)
	for k, f := range flows {
		phi, grad, err := f.Evaluate(in, c.S)
		if err != nil {
			return nil, nil, fmt.Errorf("posterior: evaluating flow %d at s = %g: %w", k, c.S, err)
		}
		logs[k], scores[k] = numbers.Flat(phi), numbers.Flat(grad)
		numbers.Finalize(phi, grad)
		invert(c, x, logs[k], scores[k])
	}
	return p.Prior.combine(ctx, c.S, logs, scores)
}

// invert turns Φ and ∇Φ into log ρ̄ = (Φ − (μ̇/2μ)‖x‖²)/κ, up to a constant, and ∇log ρ̄ (THEORY §6).
func invert(c homotopy.Values, x, phi, grad []float64) {
	pull, kappa, d := c.MuDot/c.Mu, c.Kappa(), len(x)/len(phi)
	for i := range phi {
		squares := 0.0
		for j := i * d; j < (i+1)*d; j++ {
			squares += x[j] * x[j]
			grad[j] = (grad[j] - pull*x[j]) / kappa
		}
		phi[i] = (phi[i] - pull/2*squares) / kappa
	}
}

// likelihood gives ℓ(x/μ) and its gradient in x, with x/μ known up to the spread.
func (p *engine) likelihood(c homotopy.Values, spread float64, x []float64, data []any) (ell, grad []float64, err error) {
	in := p.tensor(x)
	defer numbers.Finalize(in)
	out, err := p.plain.Call(append([]any{in, vector(c, spread)}, data...)...)
	if err != nil {
		return nil, nil, fmt.Errorf("posterior: evaluating the likelihood: %w", plain.Error(err))
	}
	defer numbers.Finalize(out...)
	return numbers.Flat(out[0]), numbers.Flat(out[1]), nil
}

// guidance gives ∇Φ and ∇ℓ(x̂), with x̂ the denoised mean, known up to the spread.
func (p *engine) guidance(c homotopy.Values, spread float64, x []float64, data []any) (field, grad []float64, err error) {
	in := p.tensor(x)
	defer numbers.Finalize(in)
	out, err := p.guide.Call(append([]any{in, c.S, vector(c, spread)}, data...)...)
	if err != nil {
		return nil, nil, fmt.Errorf("posterior: evaluating the guidance at s = %g: %w", c.S, plain.Error(err))
	}
	defer numbers.Finalize(out...)
	return numbers.Flat(out[0]), numbers.Flat(out[1]), nil
}

func vector(c homotopy.Values, spread float64) []float64 {
	return []float64{c.Mu, c.V, c.MuDot, c.VDot, spread}
}

func (p *engine) tensor(x []float64) *tensors.Tensor {
	return numbers.Tensor(p.dtype(), x, append([]int{len(x) / p.dim()}, p.shape()...)...)
}
