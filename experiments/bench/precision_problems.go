package bench

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/solver"
)

// workProblem is a planar field in closed form and float64 that carries 128 points, spread as N(centre, width² I), from s = 0 to end;
// experiments/peers/work_precision.py has the same ones.
type workProblem struct {
	name   string
	end    float64
	centre [2]float64
	width  float64
	at     func(s float64) planarField
}

// planarField is a field at one s: its value and divergence at x.
type planarField func(x [2]float64) (u [2]float64, divergence float64)

// workProblems are where solvers are compared. The step controller's defaults were chosen on tuningProblem, on none of these.
var workProblems = []workProblem{
	{"ring8", 1, [2]float64{}, 1, carry(straight, ring(8, 2, 0), [2]float64{0.1, 0.1})},
	{"Lotka–Volterra", 10, [2]float64{10, 5}, 0.2, lotkaVolterra},
	{"Gaussian 1 × 0.02", 1, [2]float64{}, 1, carry(straight, [][2]float64{{}}, [2]float64{1, 0.02})},
}

// tuningProblem is where the step controller's defaults were chosen: twelve narrow Gaussians on a spiral.
var tuningProblem = workProblem{"a spiral of 12 Gaussians with axes of 0.2 and 0.03", 1, [2]float64{}, 1, carry(straight, ring(12, 0.7, 2), [2]float64{0.2, 0.03})}

// directions of a solution: forward the points alone, backward with the integral that gives their log-densities.
var directions = []string{"forward", "backward"}

// lotkaVolterra is the prey and predator of SciPy's documentation: ẋ = 1.5x − xy, ẏ = xy − 3y, about 3 periods on [0, 10].
func lotkaVolterra(float64) planarField {
	return func(x [2]float64) ([2]float64, float64) {
		return [2]float64{1.5*x[0] - x[0]*x[1], x[0]*x[1] - 3*x[1]}, 1.5 - x[1] + x[0] - 3
	}
}

// arc is a path x = μ x̄ + √v ε at one s with its derivatives.
type arc struct{ mu, sd, muDot, sdDot float64 }

// straight is homotopy.Straight{Omega: 1}.
func straight(s float64) arc {
	const c = 1 - 1e-3
	return arc{c * s, 1 - c*s, c, -c}
}

// ring places n centres on a circle, whose radius grows by growth from the first to the last: a spiral.
func ring(n int, radius, growth float64) (centres [][2]float64) {
	for k := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
		r := radius + growth*float64(k)/float64(n)
		centres = append(centres, [2]float64{r * cos, r * sin})
	}
	return centres
}

// carry is the field u* that carries N(0, I) along the path to equal Gaussians with these centres and deviations τ of their axes:
// with a = √v̇/√v, W = v + μ²τ² and g = μτ²/W for each axis, u* = a x + (μ̇ − aμ) Σ w_k (m_k + g(x − μm_k)).
func carry(path func(float64) arc, centres [][2]float64, tau [2]float64) func(float64) planarField {
	return func(s float64) planarField {
		p := path(s)
		a := p.sdDot / p.sd
		var wide, gain [2]float64
		for j, t := range tau {
			wide[j] = p.sd*p.sd + p.mu*p.mu*t*t
			gain[j] = p.mu * t * t / wide[j]
		}
		return func(x [2]float64) (u [2]float64, divergence float64) {
			weights, least, logs := 0.0, math.Inf(1), [16]float64{}
			for k, m := range centres {
				d0, d1 := x[0]-p.mu*m[0], x[1]-p.mu*m[1]
				logs[k] = (d0*d0/wide[0] + d1*d1/wide[1]) / 2
				least = min(least, logs[k])
			}
			var mean, slope, cross [2]float64 // Σ w m̂, Σ w d/W, Σ w m̂ d/W
			for k, m := range centres {
				w := math.Exp(least - logs[k])
				weights += w
				for j := range m {
					d := x[j] - p.mu*m[j]
					expected := m[j] + gain[j]*d
					mean[j] += w * expected
					slope[j] += w * d / wide[j]
					cross[j] += w * expected * d / wide[j]
				}
			}
			pull := p.muDot - a*p.mu
			for j := range u {
				e := mean[j] / weights
				u[j] = a*x[j] + pull*e
				divergence += a + pull*(gain[j]-cross[j]/weights+e*slope[j]/weights)
			}
			return u, divergence
		}
	}
}

// field is the solver's: of points [n, 2] alone, or with the integral of the divergence [n] beside them.
func (p workProblem) field(s float64, y solver.State) (solver.State, error) {
	at, x := p.at(s), tensors.MustCopyFlatData[float64](y[0])
	divergences := make([]float64, len(x)/2)
	for i := range divergences {
		var u [2]float64
		u, divergences[i] = at([2]float64(x[2*i : 2*i+2]))
		copy(x[2*i:], u[:])
	}
	return workState(x, divergences)[:len(y)], nil
}

// workState has the points and, beside them, one number for each.
func workState(x, beside []float64) solver.State {
	return solver.State{tensors.FromFlatDataAndDimensions(x, len(beside), 2), tensors.FromFlatDataAndDimensions(beside, len(beside))}
}

// spread places n points as N(centre, width² I): a sunflower whose radii are the quantiles of the Rayleigh distribution.
func (p workProblem) spread(n int) []float64 {
	x := make([]float64, 0, 2*n)
	for i := range n {
		r := p.width * math.Sqrt(-2*math.Log((float64(i)+0.5)/float64(n)))
		sin, cos := math.Sincos(float64(i) * math.Pi * (3 - math.Sqrt(5)))
		x = append(x, p.centre[0]+r*cos, p.centre[1]+r*sin)
	}
	return x
}

// logPrior is log N(x; centre, width² I) up to its constant.
func (p workProblem) logPrior(x []float64) []float64 {
	logs := make([]float64, len(x)/2)
	for i := range logs {
		logs[i] = -(math.Pow(x[2*i]-p.centre[0], 2) + math.Pow(x[2*i+1]-p.centre[1], 2)) / (2 * p.width * p.width)
	}
	return logs
}

// exactWork is a problem with its exact answers.
type exactWork struct {
	workProblem
	start, ends, logs []float64 // points at s = 0 and at the end [n, 2], log-densities there [n]
}

// solveExactly carries 128 points with five digits more than 1e-digits.
func (p workProblem) solveExactly(ctx context.Context, digits int) (exactWork, error) {
	const n = 128
	tolerance := math.Pow10(-min(digits+5, 13))
	q := exactWork{workProblem: p, start: p.spread(n)}
	with := solver.Adaptive{Tableau: solver.DormandPrince8, RTol: tolerance, ATol: tolerance, Backend: backend.Host()}
	end, err := with.Solve(ctx, p.field, workState(q.start, make([]float64, n)), 0, p.end)
	if err != nil {
		return q, fmt.Errorf("%s: %w", p.name, err)
	}
	defer end.Finalize()
	q.ends, q.logs = tensors.MustCopyFlatData[float64](end.State[0]), p.logPrior(q.start)
	for i, integral := range tensors.MustCopyFlatData[float64](end.State[1]) {
		q.logs[i] -= integral
	}
	return q, nil
}

// curve measures a method at the tolerances.
func (q exactWork) curve(ctx context.Context, t solver.Tableau, c solver.Controller, direction string, tolerances []float64) (workCurve, error) {
	curve := workCurve{Problem: q.name, Direction: direction}
	for _, tolerance := range tolerances {
		with := solver.Adaptive{Tableau: t, RTol: tolerance, ATol: tolerance, Controller: c, Backend: backend.Host()}
		nfe, err, failure := q.measure(ctx, with, direction)
		if failure != nil {
			return curve, fmt.Errorf("%s, %s: %w", q.name, direction, failure)
		}
		curve.Points = append(curve.Points, workPoint{tolerance, nfe, err})
	}
	return curve, nil
}

// measure is the cost and the error of one solution.
func (q exactWork) measure(ctx context.Context, with solver.Solver, direction string) (nfe int, worst float64, err error) {
	state, s0, s1 := workState(q.start, q.logs)[:1], 0.0, q.end
	if direction == "backward" {
		state, s0, s1 = workState(q.ends, make([]float64, len(q.logs))), q.end, 0
	}
	end, err := with.Solve(ctx, q.field, state, s0, s1)
	if err != nil {
		return 0, 0, err
	}
	defer end.Finalize()
	got, want := tensors.MustCopyFlatData[float64](end.State[0]), q.ends
	if direction == "backward" { // the integral is −∫ from 0 to the end
		integral := tensors.MustCopyFlatData[float64](end.State[1])
		got, want = q.logPrior(got), q.logs
		for i := range got {
			got[i] += integral[i]
		}
	}
	for i := range got {
		worst = max(worst, math.Abs(got[i]-want[i]))
	}
	return end.NFE, worst, nil
}
