package bench

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/vapo/metric"
	"vapoflow/vapo/mixture"
)

// logEvidence is log (1/n) Σ p(y | x_i) of samples of the prior.
func (p posteriorProblem) logEvidence(prior [][]float64) float64 {
	most, logs := math.Inf(-1), make([]float64, len(prior))
	for i, x := range prior {
		var ax mat.VecDense
		ax.MulVec(p.a, mat.NewVecDense(len(x), x))
		for j, y := range p.y {
			residual := (y - ax.AtVec(j)) / p.noise
			logs[i] -= residual*residual/2 + math.Log(p.noise*math.Sqrt(2*math.Pi))
		}
		most = max(most, logs[i])
	}
	sum := 0.0
	for _, l := range logs {
		sum += math.Exp(l-most) / float64(len(logs))
	}
	return most + math.Log(sum)
}

// posteriorScores are what the seeds found.
type posteriorScores struct {
	distance, weights, mean, covariance []float64
	evaluations                         int
}

func (s *posteriorScores) add(exact mixture.Conditional, truth, x [][]float64, evaluations int) error {
	distance, err := metric.SlicedWasserstein(tensors.FromValue(x), tensors.FromValue(truth), metric.SlicedOptions{})
	if err != nil {
		return err
	}
	counts, off := make([]float64, len(exact.Means)), 0.0
	for _, at := range x {
		counts[mixture.Nearest(exact.Means, at)] += 1 / float64(len(x))
	}
	for k, w := range exact.Weights {
		off += math.Abs(counts[k]-w) / 2
	}
	mean, covariance := momentErrors(exact, x)
	s.distance, s.weights, s.evaluations = append(s.distance, distance), append(s.weights, off), evaluations
	s.mean, s.covariance = append(s.mean, mean), append(s.covariance, covariance)
	return nil
}

// momentErrors are ‖m̂ − m‖/√tr C and ‖Ĉ − C‖/‖C‖ (Frobenius).
func momentErrors(exact mixture.Conditional, x [][]float64) (mean, covariance float64) {
	m, c := exact.Moments()
	rows := mat.NewDense(len(x), len(m), nil)
	for i, at := range x {
		rows.SetRow(i, at)
	}
	for j := range m {
		off := stat.Mean(mat.Col(nil, j, rows), nil) - m[j]
		mean += off * off
	}
	var found mat.SymDense
	stat.CovarianceMatrix(&found, rows, nil)
	var off mat.Dense
	off.Sub(&found, c)
	return math.Sqrt(mean / mat.Trace(c)), mat.Norm(&off, 2) / mat.Norm(c, 2)
}

func (s posteriorScores) row() []string {
	return []string{spread(s.distance), spread(s.weights), spread(s.mean), spread(s.covariance), fmt.Sprint(s.evaluations)}
}

// spread is mean ± standard deviation of three values or more, else the mean.
func spread(x []float64) string {
	mean, sd := stat.MeanStdDev(x, nil)
	if len(x) < 3 {
		return fmt.Sprintf("%.3f", mean)
	}
	return fmt.Sprintf("%.3f ± %.3f", mean, sd)
}

// spreadOf says what spread shows.
func spreadOf(seeds int) string {
	switch {
	case seeds == 1:
		return "one seed"
	case seeds < 3:
		return fmt.Sprintf("mean of %d seeds", seeds)
	}
	return fmt.Sprintf("mean and standard deviation of %d seeds", seeds)
}

// planarProblem is that whose samples are drawn.
const planarProblem = "ring8"

// posteriorKinds are the potentials that are compared.
var posteriorKinds = []string{"exact", "trained"}

// posteriorScatter are samples of the planar problem, [methods shown][n][2], by the kind of the potential; none where it was left out.
type posteriorScatter map[string]*[][][]float64

// Arrays are those of a record.
func (s posteriorScatter) Arrays() record.Arrays {
	arrays := record.Arrays{}
	for _, kind := range posteriorKinds {
		if s[kind] == nil {
			s[kind] = new([][][]float64)
		}
		arrays[planarProblem+"_"+kind] = record.Optional(s[kind])
	}
	return arrays
}

// drawPosterior shows samples over the exact posterior's density.
func drawPosterior(p element.Page) error {
	points := posteriorScatter{}
	if err := points.Arrays().Load(p.Path(element.File(p.Element))); err != nil {
		return err
	}
	exact, err := posteriorProblems()[0].exact()
	if err != nil {
		return err
	}
	const side = 90
	axis := measure.Span(-2.7, 2.7, side+1)
	grid := figures.Grid{X: axis, Y: axis}
	for _, y := range axis {
		row := make([]float64, len(axis))
		for i, x := range axis {
			row[i] = math.Exp(exact.LogDensity([]float64{x, y}))
		}
		grid.Values = append(grid.Values, row)
	}
	for _, kind := range posteriorKinds {
		var panels []figures.ScatterPanel
		for i, x := range *points[kind] {
			panels = append(panels, figures.ScatterPanel{Title: posteriorMethods[shown[i]].name, Points: x})
		}
		if len(panels) == 0 {
			continue
		}
		f, err := figures.Scatter(figures.ScatterData{Density: grid, Panels: panels})
		if err != nil {
			return err
		}
		if err := p.Figure(planarProblem+"-"+kind, f, fmt.Sprintf("Samples over the exact posterior of the %s problem (contours), %s potential: by guidance alone, of strength 1 and 4, and by chains that Metropolis corrects, led by nothing and by the wrong guidance. The table says how far each is off.", planarProblem, kind)); err != nil {
			return err
		}
	}
	return nil
}
