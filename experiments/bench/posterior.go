package bench

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
	"vapoflow/vapo/flow"
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

// posteriorProblems are the ring, of which a sum is measured, and modes16, of which nine values are: near the first two modes in the first
// half, which leaves all four, and little of the second.
func posteriorProblems() []posteriorProblem {
	modes, first, y := mixture.Modes16(), mat.NewDense(9, 16, nil), make([]float64, 9)
	for i := range y {
		first.Set(i, i, 1)
		y[i] = 0.5*modes.Means[0][i] + 0.4*modes.Means[2][i]
	}
	y[8] = -0.2
	return []posteriorProblem{
		{planarProblem, mixture.Ring8(), mat.NewDense(1, 2, []float64{1, 0.3}), []float64{1.2}, 0.3},
		{"modes16", modes, first, y, 0.5},
	}
}

// exact is its closed form.
func (p posteriorProblem) exact() (mixture.Conditional, error) {
	return p.data.Posterior(p.a, p.y, p.noise)
}

type posteriorOptions struct {
	n, seeds, steps int
	problems        []string
}

var posteriors = Bench{
	ID: "posterior", Title: "Posterior samples against closed forms",
	Short: "Guided flow and Metropolis-corrected chains against the exact posterior",
	Long: `A Gaussian mixture under a linear measurement has its posterior in closed form. Samples by the guided flow, of the right strength and of four
times it, by annealed chains, by chains with exchange, and by these after a guidance of the wrong strength are compared with it, in the plane and in 16
dimensions with four modes: sliced Wasserstein distance, errors of the modes' weights, the mean and the covariance, and evaluations of Φ for a
sample; with the exact potential, whose chains end at s = 1, and with a trained MLP, whose chains end at s = 0.8 and are carried on by the guided
flow. The floor is the distance of two draws of the exact posterior. The log-evidence, the mean of the likelihood over the flow's own samples, is set beside its closed form.`,
	Example: "  experiments bench posterior\n  experiments bench posterior --seeds 1 --samples 128 --steps 500",
	options: func(f *pflag.FlagSet) Measurement {
		o := &posteriorOptions{}
		f.IntVar(&o.n, "samples", 256, "samples of each method")
		f.IntVar(&o.seeds, "seeds", 3, "seeds of weights and samples")
		f.IntVar(&o.steps, "steps", 3000, "training steps of the MLP")
		f.StringSliceVar(&o.problems, "problems", []string{"ring8", "modes16"}, "mixtures that are measured")
		return o
	},
	draw: drawPosterior,
}

func (o *posteriorOptions) check() error {
	if o.n < 16 || o.seeds < 1 || o.steps < 1 {
		return usage.Errorf("bench posterior: needs --samples 16, --seeds 1 and --steps 1 at least, got %d, %d and %d", o.n, o.seeds, o.steps)
	}
	for _, name := range o.problems {
		if !slices.ContainsFunc(posteriorProblems(), func(p posteriorProblem) bool { return p.name == name }) {
			return usage.Errorf("bench posterior: unknown problem %q; choose from ring8, modes16", name)
		}
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
		return x.Value().([][]float64), 104, nil
	}}
}

func chainMethod(name string, how posterior.Chains) posteriorMethod {
	return posteriorMethod{name, func(ctx context.Context, p *posterior.Posterior, end float64, n int, seed uint64) ([][]float64, int, error) {
		how.Levels, how.Keep, how.Finish, how.Seed, how.Batch = posterior.Levels(12, end), 1, 20, seed, min(n, 256)
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
	chainMethod("MALA, exchange", posterior.Chains{Steps: 5, Burn: 120, Exchange: true}),
	chainMethod("strength 4, MALA, exchange", posterior.Chains{Steps: 5, Burn: 120, Exchange: true, Guide: &posterior.Guided{Strength: 4}}),
}

// shown in the figure are the guided flows and the chains with exchange.
var shown = []int{0, 1, 4, 5}

// floor names the last row of each problem and potential.
const floor = "draws of the exact posterior"

func (o *posteriorOptions) measure(ctx context.Context, w *work) error {
	table := record.Table{
		Caption: fmt.Sprintf("Distance of %d samples to as many of the exact posterior (sliced 2-Wasserstein); error of the modes' weights (total variation), of the mean (in standard deviations of the posterior) and of the covariance (Frobenius norm over that of the exact one); evaluations of Φ for a sample; %s.", o.n, spreadOf(o.seeds)),
		Header:  []string{"problem", "potential", "method", "distance", "weights", "mean", "covariance", "evaluations"},
	}
	scatter := posteriorScatter{}
	evidence := record.Table{
		Caption: fmt.Sprintf("Log-evidence log p(y) in nats: the logarithm of the likelihood's mean over 2,000 of the flow's own samples; %s; beside its closed form.", spreadOf(o.seeds)),
		Header:  []string{"problem", "exact", "by the exact potential", "by the trained potential"},
	}
	for _, problem := range posteriorProblems() {
		if !slices.Contains(o.problems, problem.name) {
			continue
		}
		exact, err := problem.exact()
		if err != nil {
			return err
		}
		row := []string{problem.name, fmt.Sprintf("%.3f", exact.LogEvidence)}
		for _, kind := range posteriorKinds {
			found, err := o.compare(ctx, w, problem, kind, exact)
			if err != nil {
				return fmt.Errorf("%s, %s potential: %w", problem.name, kind, err)
			}
			table.Rows = append(table.Rows, found.rows...)
			row = append(row, spread(found.evidence))
			if problem.name == planarProblem {
				scatter[kind] = &found.points
			}
			w.run.Results[problem.name+", "+kind+": log-evidence"] = stat.Mean(found.evidence, nil)
		}
		w.run.Results[problem.name+": exact log-evidence"] = exact.LogEvidence
		evidence.Rows = append(evidence.Rows, row)
	}
	w.run.Tables = []record.Table{table, evidence}
	return w.save(scatter)
}

// comparison is what was found of one problem with one potential.
type comparison struct {
	rows     [][]string
	evidence []float64     // of each seed
	points   [][][]float64 // by the methods that are shown, of the first seed
}

func (o *posteriorOptions) compare(ctx context.Context, w *work, problem posteriorProblem, kind string, exact mixture.Conditional) (comparison, error) {
	measured, err := posterior.Matrix(problem.a, [][]float64{problem.y}, problem.noise)
	if err != nil {
		return comparison{}, err
	}
	var found comparison
	scores := make([]posteriorScores, len(posteriorMethods)+1)
	for seed := range o.seeds {
		flow, end, err := o.flow(ctx, w, problem, kind, int64(seed))
		if err != nil {
			return found, err
		}
		truth := exact.Sample(o.n, uint64(1000+seed))
		p := &posterior.Posterior{Prior: posterior.Of(flow), Likelihood: measured}
		for i, method := range posteriorMethods {
			x, evaluations, err := method.draw(ctx, p, end, o.n, uint64(seed))
			if err != nil {
				return found, fmt.Errorf("%s: %w", method.name, err)
			}
			if err := scores[i].add(exact, truth, x, evaluations); err != nil {
				return found, err
			}
			if seed == 0 && slices.Contains(shown, i) {
				found.points = append(found.points, x[:min(len(x), 300)])
			}
			w.Say("%s, %s potential, seed %d, %s: distance %.3g", problem.name, kind, seed, method.name, scores[i].distance[seed])
		}
		if err := scores[len(posteriorMethods)].add(exact, truth, exact.Sample(o.n, uint64(2000+seed)), 0); err != nil {
			return found, err
		}
		prior, err := (&posterior.Posterior{Prior: posterior.Of(flow)}).Guide(ctx, posterior.Guided{}, 2000, uint64(seed))
		if err != nil {
			return found, err
		}
		found.evidence = append(found.evidence, problem.logEvidence(prior.Value().([][]float64)))
	}
	for i, s := range scores {
		name := floor
		if i < len(posteriorMethods) {
			name = posteriorMethods[i].name
		}
		found.rows = append(found.rows, append([]string{problem.name, kind, name}, s.row()...))
		w.run.Results[problem.name+", "+kind+", "+name+": distance"] = stat.Mean(s.distance, nil)
		w.run.Results[problem.name+", "+kind+", "+name+": error of weights"] = stat.Mean(s.weights, nil)
	}
	return found, nil
}

// flow is the exact flow, whose chains may end at s = 1, or a trained one, whose chains end where κ is not small.
func (o *posteriorOptions) flow(ctx context.Context, w *work, problem posteriorProblem, kind string, seed int64) (*flow.Flow, float64, error) {
	c := vapo.DefaultConfig()
	c.Data, c.Steps, c.Seed, c.Optimizer, c.Loss = problem.name, o.steps, seed, "muon", "averaged"
	if kind == "exact" {
		path, err := c.Path()
		if err != nil {
			return nil, 0, err
		}
		return &flow.Flow{
			Backend: w.choice.Backend, Homotopy: path, Potential: mixture.Optimal{Mixture: problem.data, Homotopy: path}, Shape: []int{problem.data.Dim()},
		}, 1, nil
	}
	m, err := w.model(ctx, c)
	if err != nil {
		return nil, 0, err
	}
	return &m.Flow, 0.8, nil
}
