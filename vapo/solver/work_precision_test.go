package solver_test

import (
	"math"
	"testing"

	"vapoflow/vapo/solver"
	"vapoflow/vapo/solver/solvertest"

	"github.com/gomlx/gomlx/core/tensors"
)

// scipyCurves are (evaluations, largest error) of SciPy 1.17.1 solve_ivp at rtol = atol = 1e-3 … 1e-8 on ringField from ringStart,
// against DOP853 at 1e-13.
var scipyCurves = map[string][][2]float64{
	"dopri5": {{44, 2.29e-2}, {68, 2.10e-3}, {104, 4.55e-4}, {140, 9.10e-5}, {224, 4.85e-6}, {290, 3.00e-7}},  // RK45
	"dopri8": {{86, 1.86e-3}, {146, 3.77e-4}, {170, 1.01e-4}, {230, 3.97e-6}, {266, 1.13e-6}, {398, 1.93e-8}}, // DOP853
}

// On the exact velocity of eight Gaussians our pairs need no more evaluations than SciPy's for the same error.
func TestWorkPrecision(t *testing.T) {
	reference := ringSolve(t, solver.DormandPrince8, 1e-13)
	end := tensors.MustCopyFlatData[float64](reference.State[0])
	for _, tab := range []solver.Tableau{solver.DormandPrince5, solver.DormandPrince8} {
		for p := 3; p <= 8; p++ {
			sol := ringSolve(t, tab, math.Pow10(-p))
			var worst float64
			for i, x := range tensors.MustCopyFlatData[float64](sol.State[0]) {
				worst = max(worst, math.Abs(x-end[i]))
			}
			curve := interpolate(scipyCurves[tab.Name], float64(sol.NFE))
			t.Logf("%s 1e-%d: %3d evaluations (%d steps, %d rejected), largest error %.2e; SciPy's curve there %.2e",
				tab.Name, p, sol.NFE, sol.Steps, sol.Rejected, worst, curve)
			if worst > curve {
				t.Errorf("%s at 1e-%d: error %.2e with %d evaluations, above SciPy's %.2e", tab.Name, p, worst, sol.NFE, curve)
			}
		}
	}
}

func ringSolve(t *testing.T, tab solver.Tableau, tol float64) solver.Solution {
	t.Helper()
	d := solver.Adaptive{Tableau: tab, RTol: tol, ATol: tol, Backend: solvertest.Backend()}
	sol, err := d.Solve(t.Context(), ringField, ringStart(), 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	return sol
}

// interpolate reads a work–precision curve at n evaluations, log-log, extended by its end segments.
func interpolate(curve [][2]float64, n float64) float64 {
	j := 1
	for j < len(curve)-1 && curve[j][0] < n {
		j++
	}
	a, b := curve[j-1], curve[j]
	f := math.Log(n/a[0]) / math.Log(b[0]/a[0])
	return a[1] * math.Pow(b[1]/a[1], f)
}

// ringStart spreads 512 points as N(0, I): a sunflower whose radii are the quantiles of the Rayleigh distribution.
func ringStart() solver.State {
	x := make([]float64, 0, 1024)
	for i := range 512 {
		r := math.Sqrt(-2 * math.Log((float64(i)+0.5)/512))
		sin, cos := math.Sincos(float64(i) * math.Pi * (3 - math.Sqrt(5)))
		x = append(x, r*cos, r*sin)
	}
	return solver.State{tensors.FromFlatDataAndDimensions(x, 512, 2)}
}

// ringField is the velocity u* that carries N(0, I) to eight Gaussians of deviation 0.1 on a circle of radius 2 along the path
// x = μ x̄ + √v ε with μ = cs, √v = 1 − cs, c = 0.999: with a = −c/√v, u* = a x + (c − μ a) E[x̄ | x].
func ringField(s float64, y solver.State) (solver.State, error) {
	const c, tau2 = 1 - 1e-3, 0.01
	x := tensors.MustCopyFlatData[float64](y[0])
	mu, a := c*s, -c/(1-c*s)
	variance := (1-c*s)*(1-c*s) + mu*mu*tau2
	for i := 0; i < len(x); i += 2 {
		closest := nearest(x[i], x[i+1], mu) // weights relative to the largest: not all underflow
		var w, e0, e1 float64
		for k := range 8 {
			sin, cos := math.Sincos(float64(k) * math.Pi / 4)
			d0, d1 := x[i]-2*mu*cos, x[i+1]-2*mu*sin
			p := math.Exp(-((d0*d0 + d1*d1) - closest) / (2 * variance))
			w += p
			e0 += p * (2*cos + mu*tau2/variance*d0)
			e1 += p * (2*sin + mu*tau2/variance*d1)
		}
		x[i], x[i+1] = a*x[i]+(c-mu*a)*e0/w, a*x[i+1]+(c-mu*a)*e1/w
	}
	return solver.State{tensors.FromFlatDataAndDimensions(x, len(x)/2, 2)}, nil
}

// nearest returns the squared distance to the nearest of the eight centres scaled by mu.
func nearest(x0, x1, mu float64) float64 {
	angle := math.Round(math.Atan2(x1, x0)/(math.Pi/4)) * math.Pi / 4
	sin, cos := math.Sincos(angle)
	return (x0-2*mu*cos)*(x0-2*mu*cos) + (x1-2*mu*sin)*(x1-2*mu*sin)
}
