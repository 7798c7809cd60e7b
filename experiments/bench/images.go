package bench

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"vapoflow/experiments/element"
	"vapoflow/experiments/measure"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
	"vapoflow/vapo"
)

// imageTries are the settings that were tried on top of imageBase: a new one is one line here. What was tried in code that is no longer
// here stands in the text of the results.
var imageTries = []string{
	"", // imageBase itself
	"optimizer=adam",
	"optimizer=adam,learning_rate=3e-3",
	"learning_rate=5e-4",
	"learning_rate=2e-3",
	"optimizer.ratio=5",
	"optimizer.momentum=0.95,optimizer.nesterov=true",
	"optimizer.momentum=0.8",
	"batch=8",
	"batch=32",
	"batch=64,learning_rate=2e-3",
	"width=48",
	"width=64",
	"depth=2",
	"ema=0.99",
	"flip=false",
	"times=uniform",
	"times=arcsine",
}

// imageBase is what all tries share: the network of Figure 2 on Muon.
func imageBase(data string) vapo.Config {
	c := vapo.DefaultConfig()
	c.Data, c.Homotopy, c.Potential, c.Base = data, "straight", "resnet", "gaussian"
	c.Optimizer, c.Batch, c.Warmup, c.Flip = "muon", 16, 50, true
	return c
}

// images is a study of settings at equal compute.
var images = Bench{
	ID: "images", Title: "Image potentials at equal compute",
	Short: "Settings of image potentials at equal compute, by successive halving",
	Long: `Trains an image potential with each of --try, settings on top of a ResNet under Muon, for as many steps as fit into the first of --budgets
(CPU seconds of this process, so that other load does not count; the rate decays to zero at the budget), measures E‖∇Φ−u_c‖²/d on the same
held-out images, values of s and noise, keeps the best of --keep, trains those anew at the next budget, and so on. Trainings are kept in OUT, so
that an interrupted study goes on where it stopped, and a --try that is added costs only its own.`,
	Example: "  experiments bench images\n  experiments bench images --try= --try width=64 --try batch=32,ema=0.9995 --budgets 60,240 --keep 2",
	options: func(f *pflag.FlagSet) Measurement {
		o := &imagesOptions{}
		f.StringVar(&o.data, "data", "cifar10", "set of images")
		f.StringArrayVar(&o.tries, "try", imageTries, "settings as key=value,key=value; may be repeated; empty is the base")
		f.IntSliceVar(&o.budgets, "budgets", []int{60, 180, 540}, "CPU seconds of each round")
		f.IntSliceVar(&o.keep, "keep", []int{6, 3}, "how many go on after each round but the last; numbers too many are not used")
		f.IntVar(&o.heldOut, "held-out", 1024, "held-out images")
		f.IntVar(&o.samples, "samples", 0, "samples of each in the last round, whose Fréchet distance to training images is measured")
		return o
	},
	draw: drawTries,
}

type imagesOptions struct {
	data          string
	tries         []string
	budgets, keep []int
	heldOut       int
	samples       int
}

func (o *imagesOptions) check() error {
	if len(o.budgets) == 0 || slices.Min(o.budgets) < 1 || len(o.keep) < len(o.budgets)-1 || slices.ContainsFunc(o.keep, func(n int) bool { return n < 1 }) {
		return usage.Errorf("bench images: needs --budgets of at least 1 s and one number in --keep for each but the last, got %v and %v", o.budgets, o.keep)
	}
	for i, text := range o.tries {
		if slices.Contains(o.tries[:i], text) {
			return usage.Errorf("bench images: --try %q is given twice", text)
		}
		if _, err := o.config(text); err != nil {
			return usage.Errorf("bench images: --try %q: %w", text, err)
		}
	}
	return nil
}

// config is the base with the settings of a try.
func (o *imagesOptions) config(text string) (vapo.Config, error) {
	s := paper.Settings{Config: imageBase(o.data)}
	for _, setting := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' }) {
		change, err := paper.ParseSet(setting)
		if err != nil {
			return s.Config, err
		}
		if err := s.Apply([]paper.Change{change}); err != nil {
			return s.Config, err
		}
	}
	if s.Data != o.data {
		return s.Config, fmt.Errorf("all are trained on one set, that of --data")
	}
	return s.Config, s.Config.Validate()
}

// imageTraining is one try at one budget.
type imageTraining struct {
	Try       string
	Budget    int // CPU seconds asked for
	Steps     int
	Weights   int     // of the network
	Millis    float64 // CPU ms of a step
	Alignment measure.Alignment
	Frechet   float64 // distance of its samples; 0 where it was not measured
}

func (t imageTraining) name() string { return cmp.Or(t.Try, "base") }

func (o *imagesOptions) measure(ctx context.Context, w *work) error {
	s, err := o.open(w)
	if err != nil {
		return err
	}
	var all []imageTraining
	running := o.tries
	for i, budget := range o.budgets {
		var round []imageTraining
		for _, text := range running {
			t, m, err := s.train(ctx, text, budget)
			if err == nil && o.samples > 0 && i == len(o.budgets)-1 {
				t.Frechet, err = s.distance(ctx, m, t.name())
			}
			if err != nil {
				return fmt.Errorf("--try %q: %w", text, err)
			}
			w.Say("%s, %d CPU-s: %d steps, held-out %s", t.name(), budget, t.Steps, uncertainty.Text(t.Alignment.Overall, t.Alignment.StdErr))
			round = append(round, t)
		}
		all = append(all, round...)
		slices.SortStableFunc(round, func(a, b imageTraining) int { return cmp.Compare(a.Alignment.Overall, b.Alignment.Overall) })
		running = nil
		for _, t := range round {
			if i < len(o.keep) && len(running) < o.keep[i] {
				running = append(running, t.Try)
			}
		}
	}
	w.run.Tables = []record.Table{o.table(all)}
	return record.Metrics(w.run, all)
}

// lead is how far a training is from another on the same images: the mean of the differences and its standard error.
func (t imageTraining) lead(over imageTraining) (mean, se float64) {
	difference := make([]float64, len(t.Alignment.Each))
	for i, v := range t.Alignment.Each {
		difference[i] = v - over.Alignment.Each[i]
	}
	return uncertainty.Mean(difference)
}

// table has a row for each try, the best of the last round first, then those that left in the round before.
func (o *imagesOptions) table(all []imageTraining) record.Table {
	t := record.Table{
		Caption: fmt.Sprintf("E‖∇Φ−u_c‖²/d on %d held-out images of %s, s uniform, after as many steps as fit into the CPU seconds of each round, and in brackets the difference to the best of "+
			"the round ± the standard error over images, which all tries have in common; one seed. The best go on to the next round, trained anew. The choice is by the same images.",
			o.heldOut, o.data),
		Header: []string{"settings", "weights", "CPU ms a step"},
	}
	for _, budget := range o.budgets {
		t.Header = append(t.Header, fmt.Sprintf("%d CPU-s", budget))
	}
	if o.samples > 0 {
		t.Header = append(t.Header, "Fréchet distance")
		t.Caption += fmt.Sprintf(" Fréchet distance of %d samples of the last round's to 10,000 training images, by the features of Table 1.", o.samples)
	}
	rows := map[string][]string{}
	for i, budget := range slices.Backward(o.budgets) {
		var round []imageTraining
		for _, training := range all {
			if training.Budget == budget {
				round = append(round, training)
			}
		}
		slices.SortStableFunc(round, func(a, b imageTraining) int { return cmp.Compare(a.Alignment.Overall, b.Alignment.Overall) })
		for _, r := range round {
			row, ok := rows[r.Try]
			if !ok {
				row = append([]string{r.name(), fmt.Sprintf("%.2f M", float64(r.Weights)/1e6), fmt.Sprintf("%.1f", r.Millis)}, slices.Repeat([]string{""}, len(t.Header)-3)...)
				rows[r.Try] = row
				t.Rows = append(t.Rows, row)
			}
			if r.Frechet > 0 {
				row[len(row)-1] = fmt.Sprintf("%.2f", r.Frechet)
			}
			row[3+i] = fmt.Sprintf("%.4f", r.Alignment.Overall)
			if r.Try != round[0].Try {
				mean, se := r.lead(round[0])
				row[3+i] += fmt.Sprintf(" (%s)", uncertainty.Text(mean, se))
			}
		}
	}
	return t
}

// drawTries shows the held-out loss against CPU seconds of what went past the first round, and the first round's as points alone.
func drawTries(p element.Page) error {
	all, err := record.ReadMetrics[imageTraining](p.Dir)
	if err != nil {
		return err
	}
	panel := figures.LinePanel{X: "CPU seconds of training", Y: "held-out E‖∇Φ−u_c‖²/d", LogX: true}
	of, budgets := map[string]int{}, map[int]bool{}
	for _, t := range all {
		budgets[t.Budget] = true
		i, ok := of[t.Try]
		if !ok {
			i, of[t.Try] = len(panel.Series), len(panel.Series)
			panel.Series = append(panel.Series, figures.Series{Name: t.name()})
		}
		s := &panel.Series[i]
		s.X, s.Y = append(s.X, float64(t.Budget)), append(s.Y, t.Alignment.Overall)
	}
	if len(budgets) > 1 {
		panel.Series = slices.DeleteFunc(panel.Series, func(s figures.Series) bool { return len(s.X) == 1 })
	}
	return p.Lines("images", "Held-out loss of the settings that went past the first round against the CPU seconds of the training, each trained anew with a cosine to its end.", panel)
}
