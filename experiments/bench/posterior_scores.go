package bench

import (
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

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

// posteriorFigure shows samples over the exact posterior's density.
func posteriorFigure(run *record.Run, name, kind string, exact mixture.Conditional, panels []figures.ScatterPanel) error {
	const side = 90
	grid := figures.Grid{}
	for i := range side + 1 {
		grid.X, grid.Y = append(grid.X, -2.7+5.4*float64(i)/side), append(grid.Y, -2.7+5.4*float64(i)/side)
	}
	for _, y := range grid.Y {
		row := make([]float64, len(grid.X))
		for i, x := range grid.X {
			row[i] = math.Exp(exact.LogDensity([]float64{x, y}))
		}
		grid.Values = append(grid.Values, row)
	}
	f, err := figures.Scatter(figures.ScatterData{Density: grid, Panels: panels})
	if err != nil {
		return err
	}
	return saveFigure(run, name+"-"+kind, f, fmt.Sprintf("Samples over the exact posterior of the %s problem (contours), %s potential: by guidance alone, of strength 1 and 4, and by chains that Metropolis corrects, led by nothing and by the wrong guidance. The table says how far each is off.", name, kind))
}
