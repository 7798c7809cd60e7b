package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/spf13/cobra"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/pretrained"
)

// modelFlags name a potential: --run, and for an oracle its path.
type modelFlags struct {
	command       string // whose flags they are, for errors
	run, homotopy string
	sets          []string
}

// add declares the flags of a command; what says to which end.
func (o *modelFlags) add(cmd *cobra.Command, what string) {
	o.command = cmd.Name()
	f := cmd.Flags()
	f.StringVar(&o.run, "run", "", what+": a run, a model's folder, pretrained:cifar10, pretrained:celeba, or oracle:ring8, oracle:gauss2, oracle:gauss16")
	f.StringVar(&o.homotopy, "homotopy", "", "of an oracle: posterior (default), linear or straight")
	f.StringArrayVar(&o.sets, "set", nil, "of an oracle: homotopy=NAME, omega=1 or sigma=0.01; may be repeated")
}

// found is what --run names: a potential on its path, with the configuration of its data.
type found struct {
	name  string // for people
	model *vapo.Model
	exact bool             // an oracle: Φ has no error, and the model no weights
	run   *record.Manifest // nil where no run was named
}

// finder opens what was found.
type finder func(b compute.Backend) (*found, error)

// oraclePrefix marks a --run that is no run but the exact potential of a named mixture.
const oraclePrefix = "oracle:"

// open finds --run and opens it on the backend of a flag, whose line is the first of the output.
func (a *app) open(o modelFlags, spec string) (*found, *backend.Choice, error) {
	find, err := o.find()
	if err != nil {
		return nil, nil, err
	}
	choice, err := openBackend(spec)
	if err != nil {
		return nil, nil, err
	}
	a.say("%s", choice.Line)
	by, err := find(choice.Backend)
	return by, choice, err
}

// find finds --run, so that a wrong one is told before a backend is opened.
func (o modelFlags) find() (finder, error) {
	if name, oracle := strings.CutPrefix(o.run, oraclePrefix); oracle {
		return o.findOracle(name)
	}
	if len(o.sets) > 0 || o.homotopy != "" {
		return nil, usagef("%s: --set and --homotopy are for an oracle; %s has its own", o.command, o.run)
	}
	if name, ships := strings.CutPrefix(o.run, pretrained.Prefix); ships {
		files, err := pretrained.Files(name)
		if err != nil {
			return nil, usageError{fmt.Errorf("%s: --run %s: %w", o.command, o.run, err)}
		}
		return func(b compute.Backend) (*found, error) {
			m, err := vapo.LoadFS(b, files)
			if err != nil {
				return nil, err
			}
			return &found{name: fmt.Sprintf("%s (%v)", o.run, m.Homotopy), model: m}, nil
		}, nil
	}
	dir := ""
	for _, place := range []string{o.run, filepath.Join(paper.RunsDir("results"), o.run), filepath.Join(paper.ModelsDir("results"), o.run)} {
		if stat, err := os.Stat(place); err == nil && stat.IsDir() {
			dir = place
			break
		}
	}
	switch {
	case dir == "":
		return nil, usagef("%s: --run %s: there is no such run or model; %s", o.command, o.run, runChoices())
	case isFile(dir, "model.json"):
		return o.loader(dir, nil), nil
	case isFile(dir, record.ManifestFile):
		return o.findRun(dir)
	case isFile(dir, "checkpoint.npz"):
		return nil, fmt.Errorf("%s: --run %s: its training has not ended; the command that began it continues it", o.command, o.run)
	}
	return nil, fmt.Errorf("%s: --run %s holds neither a run (%s) nor a model (model.json)", o.command, o.run, record.ManifestFile)
}

func isFile(dir, name string) bool {
	stat, err := os.Stat(filepath.Join(dir, name))
	return err == nil && stat.Mode().IsRegular()
}

// runChoices names the runs that there are.
func runChoices() string {
	stored, _ := record.List(paper.RunsDir("results"))
	var names []string
	for _, run := range stored {
		if run.WeightsSHA256 != "" {
			names = append(names, run.Name)
		}
	}
	choices := "give a folder, " + pretrained.Prefix + strings.Join(pretrained.Names(), ", "+pretrained.Prefix) + ", or " + oraclePrefix + strings.Join(oracles(), ", "+oraclePrefix)
	if len(names) > 0 {
		choices = "choose from " + strings.Join(names, ", ") + "; or " + choices
	}
	return choices
}

// findRun finds a run's model: in its own folder, or in the cache beside the runs under the key of its configuration.
func (o modelFlags) findRun(dir string) (finder, error) {
	m, err := record.Read(dir)
	if err != nil {
		return nil, err
	}
	if m.WeightsSHA256 == "" || m.Data == nil {
		return nil, fmt.Errorf("%s: %s holds no trained model: it is a record of %s, %s", o.command, dir, m.Element, m.Status)
	}
	place := filepath.Join(dir, "model")
	if !isFile(place, "model.json") {
		var c vapo.Config
		if err := json.Unmarshal(m.Config, &c); err != nil {
			return nil, fmt.Errorf("%s: the configuration of %s: %w", o.command, dir, err)
		}
		key := c.Key(described{info: dataset.Info{SHA256: m.Data.SHA256, Source: m.Data.Source}})
		place = filepath.Join(paper.ModelsDir(filepath.Join(dir, "..", "..")), key)
		if !isFile(place, "model.json") {
			return nil, fmt.Errorf("%s: the model of %s is not in %s any more; run it again: %s", o.command, dir, place, m.Command)
		}
	}
	return o.loader(place, &m), nil
}

// described is a data set of which no more than the description is at hand.
type described struct {
	dataset.Dataset
	info dataset.Info
}

func (d described) Info() dataset.Info { return d.info }

// loader loads a model. Its weights must be those of the run, where there is one.
func (o modelFlags) loader(dir string, run *record.Manifest) finder {
	return func(b compute.Backend) (*found, error) {
		m, err := vapo.Load(b, dir)
		if err != nil {
			return nil, err
		}
		is, err := vapo.WeightsSHA256(m.Store)
		if err != nil {
			return nil, err
		}
		if run != nil && is != run.WeightsSHA256 {
			return nil, fmt.Errorf("%s: the weights in %s are not those of the run any more (sha256 %.12s, not %.12s); run it again", o.command, dir, is, run.WeightsSHA256)
		}
		return &found{name: fmt.Sprintf("%s (%v)", dir, m.Homotopy), model: m, run: run}, nil
	}
}

// oracles lists the mixtures with a name.
func oracles() (names []string) {
	for _, e := range dataset.List() {
		if e.Image {
			continue
		}
		if data, err := dataset.Open(e.Name, dataset.Options{}); err == nil {
			if _, ok := data.(dataset.GaussianMixture); ok {
				names = append(names, e.Name)
			}
		}
	}
	return names
}

// findOracle is the exact potential of a named mixture on the path that --set and --homotopy ask for.
func (o modelFlags) findOracle(name string) (finder, error) {
	if !slices.Contains(oracles(), name) {
		return nil, usagef("%s: unknown oracle %q; choose from %s", o.command, name, strings.Join(oracles(), ", "))
	}
	settings := paper.Settings{Config: vapo.DefaultConfig()}
	settings.Data = name
	sets := o.sets
	if o.homotopy != "" {
		sets = append(slices.Clone(sets), "homotopy="+o.homotopy)
	}
	for _, text := range sets {
		change, err := paper.ParseSet(text)
		if err != nil {
			return nil, usageError{err}
		}
		if keys := []string{"homotopy", "omega", "sigma"}; !slices.Contains(keys, change.Key) {
			return nil, usagef("%s: --set %s: an oracle has no such setting; choose from %s", o.command, text, strings.Join(keys, ", "))
		}
		if err := settings.Apply([]paper.Change{change}); err != nil {
			return nil, usageError{err}
		}
	}
	path, err := settings.Path()
	if err != nil {
		return nil, usageError{err}
	}
	return func(b compute.Backend) (*found, error) {
		data, err := settings.Open("", "train")
		if err != nil {
			return nil, err
		}
		exact, err := mixture.New(data.(dataset.GaussianMixture).Mixture())
		if err != nil {
			return nil, err
		}
		m := &vapo.Model{
			Backend: b, Homotopy: path, Potential: mixture.Optimal{Mixture: exact, Homotopy: path},
			Shape: data.Info().Shape, Store: model.NewStore(), Config: settings.Config,
		}
		return &found{name: fmt.Sprintf("%s%s (%v)", oraclePrefix, name, path), model: m, exact: true}, nil
	}, nil
}
