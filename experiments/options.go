package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vapoflow/experiments/measure"
	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/trained"
	"vapoflow/experiments/training"
	"vapoflow/experiments/usage"
	"vapoflow/internal/lockfile"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
)

// options are the flags that run and train share.
type options struct {
	machine
	preset, recipe, out, config, init  string
	root                               string // of the data sets, from a flag
	sets                               []string
	seed                               int64
	resume, noWait, train, tensorboard bool
	every                              string // between checkpoints: steps or a duration
	cmd                                *cobra.Command
}

func (o *options) add(cmd *cobra.Command) {
	o.cmd = cmd
	f := cmd.Flags()
	f.StringVar(&o.preset, "preset", "quick", "scale: smoke (seconds), quick (minutes), cpu (an hour or two), paper (a GPU)")
	f.StringVar(&o.recipe, "recipe", "best", "method: best, or paper (posterior homotopy, Φ(x), variance-reduced covariance loss)")
	o.machine.add(f)
	f.Int64Var(&o.seed, "seed", 0, "of weights, data order, noise and samples")
	f.StringVar(&o.out, "out", "results", "folder of results")
	f.BoolVar(&o.resume, "resume", true, "continue an interrupted training; --resume=false starts it over (one that is finished is loaded: another --out or --seed trains again)")
	f.BoolVar(&o.noWait, "no-wait", false, "where another process is at work on the same run or training, refuse instead of waiting for it")
	f.BoolVar(&o.train, "train", false, "train a model where the weights of one ship (as --set model=train; a changed setting of the training asks for it too)")
	f.StringVar(&o.init, "init", "", "begin the training at another's weights, where names and shapes agree: a run, a model's folder, weights.npz, checkpoint.npz or pretrained:NAME")
	f.StringVar(&o.every, "checkpoint-every", "", "steps, such as 500, or time, such as 5m, between checkpoints (default: every minute, and 20 in a training but at least 50 steps apart)")
	f.BoolVar(&o.tensorboard, "tensorboard", false, "write event files as well: tensorboard --logdir OUT/tensorboard")
	f.StringVar(&o.config, "config", "", "JSON file of settings, on top of the preset's")
	f.StringArrayVar(&o.sets, "set", nil, "one setting, key=value, on top of --config; may be repeated")
}

// precedence is shown by --help.
const precedence = `Settings: defaults < --preset and --recipe < --config file.json < --set key=value < named flags.
An unknown key is an error. "experiments list fig1" shows the keys and their values.`

// changes reads --config, --set and --seed, in the order in which they win.
func (o *options) changes() ([]paper.Change, error) {
	var changes []paper.Change
	if o.config != "" {
		read, err := paper.ReadChanges(o.config)
		if err != nil {
			return nil, usage.Wrap(err)
		}
		changes = read
	}
	for _, text := range o.sets {
		c, err := paper.ParseSet(text)
		if err != nil {
			return nil, usage.Wrap(err)
		}
		changes = append(changes, c)
	}
	if o.train {
		changes = append(changes, paper.Change{Key: "model", Value: []byte(`"train"`), Source: "--train"})
	}
	if o.cmd.Flags().Changed("seed") {
		changes = append(changes, paper.Change{Key: "seed", Value: []byte(strconv.FormatInt(o.seed, 10)), Source: "--seed"})
	}
	return changes, nil
}

// env checks the flags and opens the backend, whose line is the first of the output.
func (o *options) env(a *app) (paper.Env, error) {
	changes, err := o.changes()
	if err != nil {
		return paper.Env{}, err
	}
	root, err := dataRoot(o.root)
	if err != nil {
		return paper.Env{}, err
	}
	if err := record.CheckOut(o.out); err != nil {
		return paper.Env{}, fmt.Errorf("--out %s: %w", o.out, err)
	}
	if network := lockfile.Network(o.out); network != "" {
		a.Say("--out %s lies on %s: where its server or mount has no locking, let one machine at a time train one configuration there", o.out, network)
	}
	checkpoints, err := parseEvery(o.every)
	if err != nil {
		return paper.Env{}, err
	}
	start, err := o.start()
	if err != nil {
		return paper.Env{}, err
	}
	choice, err := o.machine.open()
	if err != nil {
		return paper.Env{}, err
	}
	a.Say("%s", choice.Line)
	return paper.Env{
		Backend: choice, Out: o.out, DataRoot: root, Inception: os.Getenv(measure.InceptionEnv),
		Preset: o.preset, Recipe: o.recipe, Changes: changes, Init: start,
		TensorBoard: o.tensorboard,
		Resume:      o.resume, NoWait: o.noWait, Checkpoints: checkpoints, Command: "experiments " + joinArgs(a.args),
		Watch: a.watchUnsaved, Say: func(line string) { a.Say("%s", line) },
	}, nil
}

// parseEvery reads --checkpoint-every.
func parseEvery(text string) (training.Checkpoints, error) {
	if text == "" {
		return training.Checkpoints{}, nil
	}
	if steps, err := strconv.Atoi(text); err == nil && steps > 0 {
		return training.Checkpoints{Steps: steps}, nil
	}
	if interval, err := time.ParseDuration(text); err == nil && interval > 0 {
		return training.Checkpoints{Interval: interval}, nil
	}
	return training.Checkpoints{}, usage.Errorf("--checkpoint-every %s: give a number of steps, such as 500, or a time, such as 90s or 5m", text)
}

// start are the weights that --init names.
func (o *options) start() (*training.Init, error) {
	switch {
	case o.init == "":
		return nil, nil
	case strings.HasPrefix(o.init, trained.OraclePrefix):
		return nil, usage.Errorf("--init %s is a formula without weights; give a run, a model's folder or a file of weights", o.init)
	case strings.HasSuffix(o.init, ".npz"):
		store, err := vapo.LoadWeights(o.init)
		if err != nil {
			return nil, fmt.Errorf("--init %s: %w", o.init, err)
		}
		return &training.Init{Name: o.init, Store: store}, nil
	}
	open, err := trained.Reference{Command: o.cmd.Name() + " --init", Run: o.init, Results: o.out}.Locate()
	if err != nil {
		return nil, err
	}
	by, err := open(backend.Host())
	if err != nil {
		return nil, err
	}
	return &training.Init{Name: o.init, Store: by.Model.Store}, nil
}

// addReference declares the flags that name a potential; what says to which end.
func addReference(cmd *cobra.Command, r *trained.Reference, what string) {
	addRun(cmd, r, what+": a run, a model's folder, pretrained:cifar10, pretrained:celeba, or oracle:ring8, oracle:gauss2, oracle:gauss16, oracle:modes16")
	f := cmd.Flags()
	f.StringVar(&r.Homotopy, "homotopy", "", "of an oracle: posterior (default), linear or straight")
	f.StringArrayVar(&r.Sets, "set", nil, "of an oracle: homotopy=NAME, omega=1 or sigma=0.01; may be repeated")
}

// addRun declares the flags that name a trained potential.
func addRun(cmd *cobra.Command, r *trained.Reference, what string) {
	r.Command = cmd.Name()
	cmd.Flags().StringVar(&r.Run, "run", "", what)
	cmd.Flags().StringVar(&r.Results, "results", "results", "folder of results, in whose runs and models --run is looked for")
}

// open finds --run and opens it on the machine of the flags, whose line is the first of the output.
func (a *app) open(r trained.Reference, on machine) (*trained.Potential, *backend.Choice, error) {
	open, err := r.Locate()
	if err != nil {
		return nil, nil, err
	}
	choice, err := on.open()
	if err != nil {
		return nil, nil, err
	}
	a.Say("%s", choice.Line)
	by, err := open(choice.Backend)
	return by, choice, err
}

// machine are the flags of what computes.
type machine struct {
	backend string
	devices int
}

func (m *machine) add(f *pflag.FlagSet) {
	f.StringVar(&m.backend, "backend", "", "auto, go, xla, xla:cpu, xla:cuda or xla:/path/plugin.so (default $VAPO_BACKEND, else auto)")
	f.IntVar(&m.devices, "devices", 1, "of the backend, that share the batches of trainings, samples, scores and features; pure Go has one")
}

func (m machine) open() (*backend.Choice, error) {
	choice, err := openBackend(m.backend)
	if err != nil {
		return nil, err
	}
	if err := choice.Over(m.devices); err != nil {
		return nil, usage.Errorf("--devices %d: %w", m.devices, err)
	}
	return choice, nil
}

// openBackend opens what a flag or the environment names: a name that does not exist is wrong use.
func openBackend(spec string) (*backend.Choice, error) {
	if spec == "" {
		spec = os.Getenv(backend.EnvSpec)
	}
	choice, err := backend.New(spec)
	if err != nil {
		return nil, usage.Wrap(err)
	}
	return choice, nil
}

// dataEnv names the environment variable with the folder of the data sets, and dataHere is the
// folder that `data fetch` fills.
const (
	dataEnv  = "VAPO_DATA"
	dataHere = "data"
)

// dataRoot is the folder of the data sets: the flag's, else $VAPO_DATA, else data, where that exists.
func dataRoot(flag string) (string, error) {
	for _, choice := range []struct{ name, dir string }{{"--data", flag}, {"$" + dataEnv, os.Getenv(dataEnv)}} {
		if choice.dir == "" {
			continue
		}
		stat, err := os.Stat(choice.dir)
		if err != nil || !stat.IsDir() {
			return "", usage.Errorf("%s %s: there is no such folder; it names the folder that holds the data sets (one set is chosen with --set data=NAME)", choice.name, choice.dir)
		}
		return choice.dir, nil
	}
	if stat, err := os.Stat(dataHere); err == nil && stat.IsDir() {
		return dataHere, nil
	}
	return "", nil
}
