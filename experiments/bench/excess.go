package bench

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"gonum.org/v1/gonum/stat"

	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/loss"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/optimizer"
)

// excessProblems are the canonical problems, whose exact potential is known.
var excessProblems = map[string]func() mixture.Mixture{"gauss2": mixture.Gauss2, "gauss16": mixture.Gauss16, "ring8": mixture.Ring8}

// excessLevels are the relative excesses whose wall time is noted.
var excessLevels = []float64{0.05, 0.02, 0.01}

// excessTraining is one training of `bench excess`, and how far it came.
type excessTraining struct {
	Problem  string     `json:"problem"`
	Homotopy string     `json:"homotopy"`
	Loss     string     `json:"loss"`
	Descent  string     `json:"optimizer"`
	Steps    int        `json:"steps"`
	Seed     int64      `json:"seed"`
	Overall  float64    `json:"overall"`  // relative excess of the final weights
	Quarters [4]float64 `json:"quarters"` // in the quarters of s
	Seconds  float64    `json:"seconds"`  // of training
	Reached  []float64  `json:"reached"`  // seconds to each of excessLevels; negative where it was not reached
	Diverged bool       `json:"diverged"`
}

type excessOptions struct {
	problems, homotopies, losses, optimizers []string
	steps                                    []int
	seeds                                    int
}

var excess = Bench{
	ID: "excess", Title: "Relative excess on the canonical problems",
	Short: "Relative excess of the MLP on the canonical problems: every homotopy, loss and optimizer, several seeds",
	Long: `Trains the MLP of Figure 1 at batch 256 for every combination asked for and measures E‖∇Φ−∇Φ*‖²/E‖∇Φ*‖² against the exact
potential, overall and per quarter of s, on the moving average of the weights, with the training time to 5, 2 and 1 %. Each training is kept
in OUT/bench, so that an interrupted table goes on where it stopped.`,
	Example: "  experiments bench excess\n  experiments bench excess --problems ring8 --losses alignment --optimizers adam,muon --steps 1000,3000,10000",
	options: func(f *pflag.FlagSet) Measurement {
		o := &excessOptions{}
		f.StringSliceVar(&o.problems, "problems", []string{"gauss2", "gauss16", "ring8"}, "data sets")
		f.StringSliceVar(&o.homotopies, "homotopies", homotopy.List.Names(), "homotopies")
		f.StringSliceVar(&o.losses, "losses", loss.List.Names(), "losses")
		f.StringSliceVar(&o.optimizers, "optimizers", []string{"adam"}, "optimizers")
		f.IntSliceVar(&o.steps, "steps", []int{10_000}, "training steps, each a training of its own")
		f.IntVar(&o.seeds, "seeds", 3, "seeds, from 0")
		return o
	},
}

func (o *excessOptions) check() error {
	for _, problem := range o.problems {
		if excessProblems[problem] == nil {
			return usage.Errorf("bench excess: unknown problem %q; choose from gauss2, gauss16, ring8", problem)
		}
	}
	if err := checkHomotopies("excess", o.homotopies); err != nil {
		return err
	}
	for _, name := range o.losses {
		if _, err := loss.List.Find(name); err != nil {
			return usage.Errorf("bench excess: %w", err)
		}
	}
	for _, name := range o.optimizers {
		if _, err := optimizer.List.Find(name); err != nil {
			return usage.Errorf("bench excess: %w", err)
		}
	}
	if o.seeds < 1 || len(o.steps) == 0 || slices.Min(o.steps) < 1 {
		return usage.Errorf("bench excess: --seeds and --steps must be at least 1, got %d and %v", o.seeds, o.steps)
	}
	return nil
}

func (o *excessOptions) measure(ctx context.Context, w *work) error {
	table := record.Table{
		Caption: fmt.Sprintf("Relative excess in %% after training at batch 256, mean (± standard deviation) of %d seed(s): overall, then the quarters of s; training time in s to 5, 2 and 1 %% (the median seed's steps at the fastest seed's pace). The covariance loss is not clipped: its noise is skewed, and clipping biases it.", o.seeds),
		Header:  []string{"problem", "homotopy", "loss", "optimizer", "steps", "overall", "first quarter", "second", "third", "last", "s to 5 %", "2 %", "1 %", "s in all"},
	}
	var all []excessTraining
	for _, t := range o.trainings() {
		var group []excessTraining
		for seed := range o.seeds {
			t.Seed = int64(seed)
			done, err := o.train(ctx, w, t)
			if err != nil {
				return err
			}
			done.Descent, done.Steps = t.Descent, t.Steps // older ones that were kept lack them
			w.Say("%s %s %s, %d steps of %s, seed %d: %.3g %% in %.0f s", t.Problem, t.Homotopy, t.Loss, t.Steps, t.Descent, seed, 100*done.Overall, done.Seconds)
			group = append(group, done)
		}
		all = append(all, group...)
		table.Rows = append(table.Rows, excessRow(group))
	}
	w.run.Tables = []record.Table{table}
	return record.Metrics(w.run, all)
}

// trainings are the combinations, each a row of the table.
func (o *excessOptions) trainings() (all []excessTraining) {
	for _, problem := range o.problems {
		for _, path := range o.homotopies {
			for _, l := range o.losses {
				for _, descent := range o.optimizers {
					for _, steps := range o.steps {
						all = append(all, excessTraining{Problem: problem, Homotopy: path, Loss: l, Descent: descent, Steps: steps})
					}
				}
			}
		}
	}
	return all
}

// linearSigma is the σ of the linear homotopy here: at 0.01, the others', its path is the posterior's to 1e-4, and so are its numbers.
const linearSigma = 0.3

// train trains one combination, or reads what is known of it.
func (o *excessOptions) train(ctx context.Context, w *work, t excessTraining) (excessTraining, error) {
	c := vapo.DefaultConfig()
	c.Data, c.Homotopy, c.Loss, c.Seed, c.Optimizer, c.Steps = t.Problem, t.Homotopy, t.Loss, t.Seed, t.Descent, t.Steps
	if t.Homotopy == "linear" {
		c.Sigma = linearSigma
	}
	data, err := c.Open("", "train")
	if err != nil {
		return t, err
	}
	return kept(w.Out, fmt.Sprintf("excess-%s-%s", c.Key(data), w.choice.Name), func() (excessTraining, error) {
		m, err := c.Model(w.choice.Backend, data.Info().Shape, nil)
		if err != nil {
			return t, err
		}
		l, err := c.NewLoss()
		if err != nil {
			return t, err
		}
		exact := excessProblems[t.Problem]()
		t.Reached = []float64{-1, -1, -1}
		var observed error
		err = vapo.Train(ctx, m, l, data, c.Training, vapo.Run{Observe: func(p vapo.Progress) {
			t.Seconds = p.Seconds
			if p.Step%500 == 0 && t.Reached[len(t.Reached)-1] < 0 && observed == nil {
				observed = t.note(ctx, p, m, exact)
			}
		}})
		if errors.Is(err, vapo.ErrDiverged) {
			t.Diverged, t.Overall = true, math.MaxFloat64
			err = nil
		} else if err == nil && observed == nil {
			var report mixture.Report
			report, err = mixture.Excess(ctx, &m.Flow, exact, 32768, 1)
			t.Overall, t.Quarters = report.Overall, report.Quarters
		}
		return t, errors.Join(err, observed)
	})
}

// note measures the weights so far and notes the time of every level they have reached. It computes
// on the host, where a new graph costs nothing.
func (t *excessTraining) note(ctx context.Context, p vapo.Progress, m *vapo.Model, exact mixture.Mixture) error {
	weights, err := p.Weights()
	if err != nil {
		return err
	}
	sofar := m.With(m.Potential)
	sofar.Backend, sofar.Store = backend.Host(), weights
	report, err := mixture.Excess(ctx, sofar, exact, 2048, 2)
	if err != nil {
		return err
	}
	for i, level := range excessLevels {
		if t.Reached[i] < 0 && report.Overall < level {
			t.Reached[i] = p.Seconds
		}
	}
	return nil
}

// excessRow sums up the seeds of one combination.
func excessRow(group []excessTraining) []string {
	first := group[0]
	percent := func(of func(excessTraining) float64) string {
		var values []float64
		for _, t := range group {
			if !t.Diverged {
				values = append(values, 100*of(t))
			}
		}
		switch {
		case len(values) == 0:
			return "diverged"
		case len(values) < 3: // no spread without three seeds
			return fmt.Sprintf("%.2g", stat.Mean(values, nil))
		}
		return uncertainty.Text(stat.MeanStdDev(values, nil))
	}
	path := first.Homotopy
	if path == "linear" {
		path = fmt.Sprintf("linear, σ = %g", linearSigma)
	}
	row := []string{first.Problem, path, first.Loss, first.Descent, fmt.Sprint(first.Steps), percent(func(t excessTraining) float64 { return t.Overall })}
	for q := range 4 {
		row = append(row, percent(func(t excessTraining) float64 { return t.Quarters[q] }))
	}
	for level := range excessLevels {
		row = append(row, secondsTo(group, func(t excessTraining) float64 { return t.Reached[level] }))
	}
	return append(row, secondsTo(group, func(t excessTraining) float64 { return t.Seconds }))
}

// secondsTo is the share of its training that the median seed took to get there, at the pace of the
// fastest seed, which other work on the machine slowed least; "–" where most did not get there.
func secondsTo(group []excessTraining, of func(excessTraining) float64) string {
	var shares []float64
	fastest := math.Inf(1)
	for _, t := range group {
		share := math.Inf(1)
		if seconds := of(t); seconds >= 0 {
			share = seconds / t.Seconds
		}
		shares, fastest = append(shares, share), min(fastest, t.Seconds)
	}
	slices.Sort(shares)
	if median := shares[(len(shares)-1)/2]; !math.IsInf(median, 1) {
		return strings.TrimSuffix(fmt.Sprintf("%.1f", median*fastest), ".0")
	}
	return "–"
}
