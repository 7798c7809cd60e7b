package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/density"
	"vapoflow/vapo/mixture"
)

// scored is what scores: a potential on its path, and the data that it is the potential of.
type scored struct {
	name      string
	flow      *density.Flow
	data      dataset.Dataset
	exact     bool // an oracle: Φ has no error
	imageSize int  // to which a folder's images were cropped and resized for training; 0 as they were
}

// finder opens what a finder of names found, with the data sets below root.
type finder func(b compute.Backend, root string) (*scored, error)

// oraclePrefix marks a --run that is no run but the exact potential of a named mixture.
const oraclePrefix = "oracle:"

// findScored finds --run, so that a wrong one is told before a backend is opened.
func findScored(o scoreOptions) (finder, error) {
	if name, oracle := strings.CutPrefix(o.run, oraclePrefix); oracle {
		return findOracle(name, o)
	}
	if len(o.sets) > 0 || o.homotopy != "" {
		return nil, usagef("score: --set and --homotopy are for an oracle; %s has its own", o.run)
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
		return nil, usagef("score: --run %s: there is no such run or model; %s", o.run, runChoices())
	case isFile(dir, "model.json"):
		return func(b compute.Backend, root string) (*scored, error) { return loadScored(b, root, dir, "") }, nil
	case isFile(dir, record.ManifestFile):
		return findRun(dir)
	case isFile(dir, "checkpoint.npz"):
		return nil, fmt.Errorf("score: --run %s: its training has not ended; the command that began it continues it", o.run)
	}
	return nil, fmt.Errorf("score: --run %s holds neither a run (%s) nor a model (model.json)", o.run, record.ManifestFile)
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
	choices := "give a folder, or " + oraclePrefix + strings.Join(oracles(), ", "+oraclePrefix)
	if len(names) > 0 {
		choices = "choose from " + strings.Join(names, ", ") + "; or " + choices
	}
	return choices
}

// findRun finds a run's model: in its own folder, or in the cache beside the runs under the key of its configuration.
func findRun(dir string) (finder, error) {
	m, err := record.Read(dir)
	if err != nil {
		return nil, err
	}
	if m.WeightsSHA256 == "" || m.Data == nil {
		return nil, fmt.Errorf("score: %s holds no trained model: it is a record of %s, %s", dir, m.Element, m.Status)
	}
	place := filepath.Join(dir, "model")
	if !isFile(place, "model.json") {
		var c vapo.Config
		if err := json.Unmarshal(m.Config, &c); err != nil {
			return nil, fmt.Errorf("score: the configuration of %s: %w", dir, err)
		}
		key := c.Key(described{info: dataset.Info{SHA256: m.Data.SHA256, Source: m.Data.Source}})
		place = filepath.Join(paper.ModelsDir(filepath.Join(dir, "..", "..")), key)
		if !isFile(place, "model.json") {
			return nil, fmt.Errorf("score: the model of %s is not in %s any more; run it again: %s", dir, place, m.Command)
		}
	}
	return func(b compute.Backend, root string) (*scored, error) {
		return loadScored(b, root, place, m.WeightsSHA256)
	}, nil
}

// described is a data set of which no more than the description is at hand.
type described struct {
	dataset.Dataset
	info dataset.Info
}

func (d described) Info() dataset.Info { return d.info }

// loadScored loads a model and opens its training data. A hash that is given must be that of the weights.
func loadScored(b compute.Backend, root, dir, hash string) (*scored, error) {
	m, err := vapo.Load(b, dir)
	if err != nil {
		return nil, err
	}
	if is, err := vapo.WeightsSHA256(m.Store); err != nil || hash != "" && is != hash {
		return nil, fmt.Errorf("score: the weights in %s are not those of the run any more (sha256 %.12s, not %.12s); run it again", dir, is, hash)
	}
	data, err := m.Config.Open(root, "train")
	if err != nil {
		return nil, fmt.Errorf("score: the references are examples of what the model was trained on: %w", err)
	}
	flow := &density.Flow{Backend: b, Homotopy: m.Homotopy, Potential: m.Potential, Store: m.Store, Shape: m.Shape}
	if len(m.Shape) == 1 {
		if flow.Store, err = doubled(m.Store); err != nil {
			return nil, err
		}
	}
	return &scored{name: fmt.Sprintf("%s (%v)", dir, m.Homotopy), flow: flow, data: data, imageSize: m.Config.ImageSize}, nil
}

// doubled copies weights as float64: networks want weights of the dtype of their input.
func doubled(store *model.Store) (*model.Store, error) {
	wide := model.NewStore()
	for v := range store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("score: reading weight %s: %w", v.Path(), err)
		}
		if value.DType() == dtypes.Float32 {
			value = tensors.FromFlatDataAndDimensions(widened(tensors.MustCopyFlatData[float32](value)), value.Shape().Dimensions...)
		}
		copied, err := wide.CreateVariable(v.Path(), value)
		if err != nil {
			return nil, fmt.Errorf("score: copying weight %s: %w", v.Path(), err)
		}
		copied.SetTrainable(v.Trainable)
	}
	return wide, nil
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
func findOracle(name string, o scoreOptions) (finder, error) {
	if !slices.Contains(oracles(), name) {
		return nil, usagef("score: unknown oracle %q; choose from %s", name, strings.Join(oracles(), ", "))
	}
	settings := paper.Settings{Config: vapo.DefaultConfig()}
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
			return nil, usagef("score: --set %s: an oracle has no such setting; choose from %s", text, strings.Join(keys, ", "))
		}
		if err := settings.Apply([]paper.Change{change}); err != nil {
			return nil, usageError{err}
		}
	}
	path, err := settings.Path()
	if err != nil {
		return nil, usageError{err}
	}
	return func(b compute.Backend, _ string) (*scored, error) {
		data, err := dataset.Open(name, dataset.Options{})
		if err != nil {
			return nil, err
		}
		exact, err := mixture.New(data.(dataset.GaussianMixture).Mixture())
		if err != nil {
			return nil, err
		}
		flow := &density.Flow{
			Backend: b, Homotopy: path, Shape: data.Info().Shape, Store: model.NewStore(),
			Potential: mixture.Optimal{Mixture: exact, Homotopy: path},
		}
		return &scored{name: fmt.Sprintf("%s%s (%v)", oraclePrefix, name, path), flow: flow, data: data, exact: true}, nil
	}, nil
}
