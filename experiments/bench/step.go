package bench

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/spf13/pflag"

	"vapoflow/experiments/console"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/internal/numbers"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
)

// stepCases are the trainings timed; the first ResNet is that of Figure 2 without its base, the others those of vapo/pretrained.
var stepCases = []struct {
	name    string
	shorter int // divides the number of steps
	change  func(c *vapo.Config)
}{
	{"MLP 3×128, batch 256", 1, func(c *vapo.Config) {}},
	{"ResNet, batch 16 of 32×32×3", 4, func(c *vapo.Config) { ofImages(c, 32, 0, 16) }},
	{"ResNet of pretrained:cifar10, batch 16 of 32×32×3", 40, func(c *vapo.Config) { ofImages(c, 32, 64, 16) }},
	{"ResNet of pretrained:celeba, batch 8 of 64×64×3", 40, func(c *vapo.Config) { ofImages(c, 64, 48, 8) }},
}

func ofImages(c *vapo.Config, size, width, batch int) {
	c.Data, c.ImageSize, c.Homotopy, c.Potential, c.Width, c.Batch = "uniform", size, "straight", "resnet", width, batch
}

var step = Bench{
	ID: "step", Title: "Time of a training step",
	Short: "Time a training step on pure Go and on XLA, or that of a preset",
	Long: `Times whole training steps as vapo.Train takes them, drawing the batch included: the median after a warm-up, on
pure Go and, where a plugin is found, on XLA. Let nothing else run meanwhile.

With --preset it times the network of Figure 2 at that preset, on the backend that $VAPO_BACKEND or auto chooses, at each of --batches, with the
peak memory of this process so far; "experiments list fig2 --preset paper --needs" then says what a whole training takes.

With --peers it times the same step by turns on XLA, on pure Go, and, where --python has them, in JAX and PyTorch (the twins in
experiments/peers, so run it in the repository's folder): start, first step, evaluations, reading and memory besides.`,
	Example: "  experiments bench step\n  experiments bench step --steps 500\n  experiments bench step --preset paper --batches 128,256,512 --steps 50\n  experiments bench step --peers --python peers/bin/python",
	options: func(f *pflag.FlagSet) Measurement {
		o := &stepOptions{}
		f.IntVar(&o.steps, "steps", 400, "steps timed for the MLP, fewer for the ResNets; or for each batch of --batches")
		f.StringVar(&o.preset, "preset", "", "preset whose network of images is timed: "+strings.Join(paper.Presets, ", "))
		f.IntSliceVar(&o.batches, "batches", []int{128, 256, 512}, "batches, with --preset")
		f.BoolVar(&o.half, "bfloat16", false, "with --preset: also with the network's levels in bfloat16")
		f.BoolVar(&o.peers, "peers", false, "time JAX's and PyTorch's twins beside ours")
		f.StringVar(&o.python, "python", "python3", "with --peers: the Python that has JAX or PyTorch")
		f.StringVar(&o.under, "under", "", "with --peers: command that each process is run by, such as \"taskset -c 1\"")
		f.IntVar(&o.rounds, "rounds", 5, "with --peers: turns of each")
		f.BoolVar(&o.figures, "figures", true, "with --peers: also the cost against batch, width and size of images")
		return o
	},
	manyBackends: true,
	draw:         drawCosts,
}

type stepOptions struct {
	steps   int
	preset  string
	batches []int
	half    bool

	peers         bool
	python, under string
	rounds        int
	figures       bool
}

func (o *stepOptions) check() error {
	if o.peers && (o.preset != "" || o.rounds < 1) {
		return usage.Errorf("bench step: --peers goes without --preset and with --rounds of at least 1, got %q and %d",
			o.preset, o.rounds)
	}
	if o.preset == "" {
		if o.steps < 10 {
			return usage.Errorf("bench step: --steps must be at least 10, got %d", o.steps)
		}
		return nil
	}
	if err := paper.CheckPreset(o.preset, paper.Recipes[0]); err != nil {
		return usage.Wrap(err)
	}
	if o.steps < 1 || len(o.batches) == 0 || slices.Min(o.batches) < 1 {
		return usage.Errorf("bench step: --steps and --batches must be at least 1, got %d and %v", o.steps, o.batches)
	}
	return nil
}

func (o *stepOptions) measure(ctx context.Context, w *work) error {
	switch {
	case o.peers:
		return o.comparePeers(ctx, w)
	case o.preset != "":
		return o.measurePreset(ctx, w)
	}
	table := record.Table{Caption: "Median time of a training step in ms.", Header: []string{"training"}}
	for _, c := range stepCases {
		table.Rows = append(table.Rows, []string{c.name})
	}
	xla := "xla"
	if spec := os.Getenv(backend.EnvSpec); strings.HasPrefix(spec, xla) {
		xla = spec // names a plugin
	}
	for _, spec := range []string{"go", xla} {
		choice, err := backend.New(spec)
		if err != nil {
			w.Say("not measured: %s", console.OneLine(err))
			w.run.Note("%s was not measured: %s", spec, console.OneLine(err))
			continue
		}
		w.Say("%s", choice.Line)
		w.run.Note("%s", choice.Line)
		table.Header = append(table.Header, choice.Name)
		for i, c := range stepCases {
			config := vapo.DefaultConfig()
			c.change(&config)
			took, err := timeSteps(ctx, choice, config, max(10, o.steps/c.shorter))
			if err != nil {
				return err
			}
			table.Rows[i] = append(table.Rows[i], fmt.Sprintf("%.2f", took.ms))
			w.run.Results[c.name+", "+choice.Name] = took.ms
		}
	}
	w.run.Tables = []record.Table{table}
	return nil
}

// cost is what a training step takes, and an evaluation of ∇Φ of one example.
type cost struct {
	ms               float64 // of a step, median
	step, evaluation float64 // seconds of one core, of [cpuTime]
}

// timeSteps times n training steps, after a third as many to warm up, and as many evaluations of the batch.
func timeSteps(ctx context.Context, b *backend.Choice, c vapo.Config, n int) (cost, error) {
	data, err := c.Open("", "train")
	if err != nil {
		return cost{}, err
	}
	m, err := c.Model(b.Backend, data.Info().Shape, nil)
	if err != nil {
		return cost{}, err
	}
	took, err := timeTraining(ctx, m, c, data, n/3+1, n)
	if err != nil {
		return took, err
	}
	used := time.Duration(0)
	x, err := m.Prior(1, 0, c.Batch)
	for i := 0; err == nil && i <= n; i++ {
		if i == 1 { // the first compiled
			used = cpuTime()
		}
		var phi, grad *tensors.Tensor
		if phi, grad, err = m.Evaluate(x, 0.5); err == nil {
			numbers.Finalize(phi, grad)
		}
	}
	took.evaluation = (cpuTime() - used).Seconds() / float64(n*c.Batch)
	return took, err
}

// timeTraining times n training steps of a model after warm others, with the first of which it compiles.
func timeTraining(ctx context.Context, m *vapo.Model, c vapo.Config, data dataset.Dataset, warm, n int) (took cost, err error) {
	l, err := c.NewLoss()
	if err != nil {
		return took, err
	}
	c.Steps = warm + n
	var times []float64
	last, used := time.Now(), time.Duration(0)
	err = vapo.Train(ctx, m, l, data, c.Training, vapo.Run{Observe: func(p vapo.Progress) {
		if p.Step > warm {
			times = append(times, float64(time.Since(last).Microseconds())/1000)
		}
		switch p.Step {
		case warm:
			used = cpuTime()
		case c.Steps:
			used = cpuTime() - used
		}
		last = time.Now()
	}})
	if err != nil {
		return took, err
	}
	slices.Sort(times)
	took.ms, took.step = times[len(times)/2], used.Seconds()/float64(n)
	return took, nil
}
