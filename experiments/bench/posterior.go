package bench

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/figures"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/density"
	"vapoflow/vapo/metric"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/posterior"
)

// posteriorProblem is a mixture and a measurement of it, y = A x̄ + noise·ε.
type posteriorProblem struct {
	name  string
	data  mixture.Mixture
	a     *mat.Dense
	y     []float64
	noise float64
}

// posteriorProblems are the ring, of which a sum is measured, so that four modes of unequal weights are left, and gauss16, of which half of the values are.
func posteriorProblems() []posteriorProblem {
	first := mat.NewDense(8, 16, nil)
	y := make([]float64, 8)
	for i := range 8 {
		first.Set(i, i, 1)
		y[i] = 0.2
	}
	return []posteriorProblem{
		{"ring8", mixture.Ring8(), mat.NewDense(1, 2, []float64{1, 0.3}), []float64{1.2}, 0.3},
		{"gauss16", mixture.Gauss16(), first, y, 0.4},
	}
}

type posteriorOptions struct{ n, seeds, steps int }

var posteriors = Bench{
	ID: "posterior", Title: "Posterior samples against closed forms",
	Short: "Guided flow and Metropolis-corrected chains against the exact posterior",
	Long: `A Gaussian mixture under a linear measurement has its posterior in closed form. Samples by the guided flow, of the right strength and of four
times it, by annealed chains, by chains with exchange, and by these after a guidance of the wrong strength are compared with it: sliced Wasserstein distance, error of
the modes' weights, and evaluations of Φ for a sample; with the exact potential, whose chains end at s = 1, and with a trained MLP, whose chains
end at s = 0.8 and are carried on by the guided flow. The floor is the distance of two draws of the exact posterior.`,
	Example: "  experiments bench posterior\n  experiments bench posterior --seeds 1 --samples 128 --steps 500",
	options: func(f *pflag.FlagSet) Measurement {
		o := &posteriorOptions{}
		f.IntVar(&o.n, "samples", 256, "samples of each method")
		f.IntVar(&o.seeds, "seeds", 3, "seeds of weights and samples")
		f.IntVar(&o.steps, "steps", 5000, "training steps of the MLP")
		return o
	},
}

func (o *posteriorOptions) check() error {
	if o.n < 16 || o.seeds < 1 || o.steps < 1 {
		return usage.Errorf("bench posterior: needs --samples 16, --seeds 1 and --steps 1 at least, got %d, %d and %d", o.n, o.seeds, o.steps)
	}
	return nil
}

// posteriorMethod draws n samples of a posterior and says for how many evaluations each.
type posteriorMethod struct {
	name string
	draw func(ctx context.Context, p *posterior.Posterior, end float64, n int, seed uint64) (x [][]float64, evaluations int, err error)
}

func guidedMethod(name string, strength float64) posteriorMethod {
	return posteriorMethod{name, func(ctx context.Context, p *posterior.Posterior, _ float64, n int, seed uint64) ([][]float64, int, error) {
		x, err := p.Guide(ctx, posterior.Guided{Strength: strength}, n, seed)
		if err != nil {
			return nil, 0, err
		}
		return x.Value().([][]float64), 100, nil
	}}
}

func chainMethod(name string, how posterior.Chains) posteriorMethod {
	return posteriorMethod{name, func(ctx context.Context, p *posterior.Posterior, end float64, n int, seed uint64) ([][]float64, int, error) {
		how.Levels, how.Keep, how.Finish, how.Seed = posterior.Levels(12, end), 1, 20, seed
		r, err := p.Sample(ctx, how, n)
		if err != nil {
			return nil, 0, err
		}
		x := r.Finished
		if x == nil {
			x = r.X
		}
		return x.Value().([][]float64), r.Evaluations, nil
	}}
}

var posteriorMethods = []posteriorMethod{
	guidedMethod("guided flow", 1),
	guidedMethod("guided flow, strength 4", 4),
	chainMethod("MALA, annealed", posterior.Chains{Steps: 10, Burn: 50}),
	chainMethod("guided flow and MALA", posterior.Chains{Steps: 10, Burn: 50, Guide: &posterior.Guided{}}),
	chainMethod("MALA, exchange", posterior.Chains{Steps: 5, Burn: 80, Exchange: true}),
	chainMethod("strength 4, MALA, exchange", posterior.Chains{Steps: 5, Burn: 80, Exchange: true, Guide: &posterior.Guided{Strength: 4}}),
}

func (o *posteriorOptions) measure(ctx context.Context, w *work) error {
	choice, err := w.backend()
	if err != nil {
		return err
	}
	table := record.Table{
		Caption: fmt.Sprintf("Distance of %d samples to the exact posterior (sliced 2-Wasserstein), error of the modes' weights (total variation) and evaluations of Φ for a sample; %d seeds, mean and standard deviation.", o.n, o.seeds),
		Header:  []string{"problem", "potential", "method", "distance", "weights", "evaluations"},
	}
	for _, problem := range posteriorProblems() {
		exact, err := problem.data.Posterior(problem.a, problem.y, problem.noise)
		if err != nil {
			return err
		}
		measured, err := posterior.Matrix(problem.a, [][]float64{problem.y}, problem.noise)
		if err != nil {
			return err
		}
		panels := []figures.ScatterPanel{}
		for _, kind := range []string{"exact", "trained"} {
			scores := make([]posteriorScores, len(posteriorMethods)+1)
			for seed := range o.seeds {
				flow, end, err := o.flow(ctx, w, choice, problem, kind, int64(seed))
				if err != nil {
					return err
				}
				truth := exact.Sample(o.n, uint64(1000+seed))
				p := &posterior.Posterior{Prior: posterior.Of(flow), Likelihood: measured}
				for i, method := range posteriorMethods {
					x, evaluations, err := method.draw(ctx, p, end, o.n, uint64(seed))
					if err != nil {
						return fmt.Errorf("%s, %s potential, %s: %w", problem.name, kind, method.name, err)
					}
					if err := scores[i].add(exact, truth, x, evaluations); err != nil {
						return err
					}
					if seed == 0 && kind == "exact" && i != 2 && i != 3 && problem.data.Dim() == 2 {
						panels = append(panels, figures.ScatterPanel{Title: method.name, Points: x[:min(len(x), 300)]})
					}
					w.Say("%s, %s potential, seed %d, %s: distance %.3g", problem.name, kind, seed, method.name, scores[i].distance[seed])
				}
				if err := scores[len(posteriorMethods)].add(exact, truth, exact.Sample(o.n, uint64(2000+seed)), 0); err != nil {
					return err
				}
			}
			for i, s := range scores {
				name := "draws of the exact posterior"
				if i < len(posteriorMethods) {
					name = posteriorMethods[i].name
				}
				table.Rows = append(table.Rows, append([]string{problem.name, kind, name}, s.row()...))
				w.run.Results[problem.name+", "+kind+", "+name+": distance"] = stat.Mean(s.distance, nil)
				w.run.Results[problem.name+", "+kind+", "+name+": error of weights"] = stat.Mean(s.weights, nil)
			}
		}
		if len(panels) > 0 {
			if err := posteriorFigure(w.run, problem.name, exact, panels); err != nil {
				return err
			}
		}
	}
	w.run.Tables = []record.Table{table}
	return nil
}

// flow is the exact flow, whose chains may end at s = 1, or a trained one, whose chains end where κ is not small.
func (o *posteriorOptions) flow(ctx context.Context, w *work, choice *backend.Choice, problem posteriorProblem, kind string, seed int64) (*density.Flow, float64, error) {
	c := vapo.DefaultConfig()
	c.Data, c.Steps, c.Seed = problem.name, o.steps, seed
	if kind == "exact" {
		path, err := c.Path()
		if err != nil {
			return nil, 0, err
		}
		return exactFlow(&vapo.Model{Backend: choice.Backend, Homotopy: path, Shape: []int{problem.data.Dim()}}, problem.data), 1, nil
	}
	m, err := w.model(ctx, choice, c)
	if err != nil {
		return nil, 0, err
	}
	return flowOf(m), 0.8, nil
}

// posteriorScores are what the seeds found.
type posteriorScores struct {
	distance, weights []float64
	evaluations       int
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
	s.distance, s.weights, s.evaluations = append(s.distance, distance), append(s.weights, off), evaluations
	return nil
}

func (s posteriorScores) row() []string {
	show := func(x []float64) string {
		mean, sd := stat.MeanStdDev(x, nil)
		if len(x) < 3 {
			return fmt.Sprintf("%.3f", mean)
		}
		return fmt.Sprintf("%.3f ± %.3f", mean, sd)
	}
	return []string{show(s.distance), show(s.weights), fmt.Sprint(s.evaluations)}
}

// posteriorFigure shows samples over the exact posterior's density.
func posteriorFigure(run *record.Run, name string, exact mixture.Conditional, panels []figures.ScatterPanel) error {
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
	return saveFigure(run, name, f, "Samples over the exact posterior of the "+name+" problem, exact potential: guidance alone weighs the modes wrong, and with a wrong strength more so; chains that Metropolis corrects do not, whatever guided them.")
}
