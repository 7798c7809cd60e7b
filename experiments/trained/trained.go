// Package trained finds the potential that --run names, a run, a model's folder or an exact one, and opens it.
package trained

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
	"vapoflow/vapo/mixture"
	"vapoflow/vapo/pretrained"
)

// Reference names a potential, as the flags of a command do.
type Reference struct {
	Command  string   // whose flags they are, for errors
	Run      string   // a run, a model's folder, pretrained:NAME or oracle:NAME
	Homotopy string   // of an oracle; "" is its default
	Sets     []string // "key=value", of an oracle
	Results  string   // folder of results, in whose runs and models a name is looked for

	Weak     string  // a weak potential that is led away from, named as Run is; "" is none
	Guidance float64 // its weight, as in [flow.Flow.Autoguided]
}

// Potential is a trained or an exact potential on its path, with the configuration of its data.
type Potential struct {
	Name  string // for people
	Model *vapo.Model
	Exact bool             // an oracle: Φ has no error, and the model no weights
	Run   *record.Manifest // nil where no run was named, or its potential is guided
}

// Opener opens on a backend what was located.
type Opener func(b compute.Backend) (*Potential, error)

// OraclePrefix marks a name that is no run's but that of the exact potential of a named mixture.
const OraclePrefix = "oracle:"

// Locate finds what is named, so that a wrong one is told before a backend is opened.
func (r Reference) Locate() (Opener, error) {
	open, err := r.locate()
	if err != nil || r.Weak == "" {
		return open, err
	}
	if !(r.Guidance >= 0) || math.IsInf(r.Guidance, 0) || strings.HasPrefix(r.Run, OraclePrefix) || strings.HasPrefix(r.Weak, OraclePrefix) {
		return nil, usage.Errorf("%s: --weak %s --guidance %g leads --run %s away from the errors of a weaker model: both must be trained, and the guidance at least 0",
			r.Command, r.Weak, r.Guidance, r.Run)
	}
	away := r
	away.Run = r.Weak
	openWeak, err := away.locate()
	if err != nil {
		return nil, err
	}
	return func(b compute.Backend) (*Potential, error) {
		strong, err := open(b)
		if err != nil {
			return nil, err
		}
		weak, err := openWeak(b)
		if err != nil {
			return nil, err
		}
		guided, err := strong.Model.Autoguided(&weak.Model.Flow, r.Guidance)
		if err != nil {
			return nil, usage.Errorf("%s: --weak %s: %w", r.Command, r.Weak, err)
		}
		strong.Model.Potential, strong.Model.Store, strong.Run = guided.Potential, guided.Store, nil
		strong.Name = fmt.Sprintf("%s led away from %s by %g", strong.Name, weak.Name, r.Guidance)
		return strong, nil
	}, nil
}

func (r Reference) locate() (Opener, error) {
	if name, oracle := strings.CutPrefix(r.Run, OraclePrefix); oracle {
		return r.oracle(name)
	}
	if len(r.Sets) > 0 || r.Homotopy != "" {
		return nil, usage.Errorf("%s: --set and --homotopy are for an oracle; %s has its own", r.Command, r.Run)
	}
	if name, ships := strings.CutPrefix(r.Run, pretrained.Prefix); ships {
		return r.shipped(name, nil)
	}
	dir := ""
	for _, place := range []string{r.Run, filepath.Join(record.RunsDir(r.Results), r.Run),
		filepath.Join(record.ModelsDir(r.Results), r.Run)} {
		if stat, err := os.Stat(place); err == nil && stat.IsDir() {
			dir = place
			break
		}
	}
	switch {
	case dir == "":
		return nil, usage.Errorf("%s: --run %s: there is no such run or model; %s", r.Command, r.Run, r.choices())
	case isFile(dir, "model.json"):
		return r.loader(dir, nil), nil
	case isFile(dir, record.ManifestFile):
		return r.locateRun(dir)
	case isFile(dir, "checkpoint.npz"):
		return nil, fmt.Errorf("%s: --run %s: its training has not ended; the command that began it continues it", r.Command,
			r.Run)
	}
	return nil, fmt.Errorf("%s: --run %s holds neither a run (%s) nor a model (model.json)", r.Command, r.Run,
		record.ManifestFile)
}

func isFile(dir, name string) bool {
	stat, err := os.Stat(filepath.Join(dir, name))
	return err == nil && stat.Mode().IsRegular()
}

// choices names the runs that there are.
func (r Reference) choices() string {
	stored, _ := record.List(record.RunsDir(r.Results))
	var names []string
	for _, run := range stored {
		if run.WeightsSHA256 != "" {
			names = append(names, run.Name)
		}
	}
	choices := "give a folder, " + pretrained.Prefix + strings.Join(pretrained.Names(),
		", "+pretrained.Prefix) + ", or " + OraclePrefix + strings.Join(oracles(), ", "+OraclePrefix)
	if len(names) > 0 {
		choices = "choose from " + strings.Join(names, ", ") + "; or " + choices
	}
	return choices
}

// locateRun finds a run's model: in its own folder, or in the cache beside the runs under the key of its configuration.
func (r Reference) locateRun(dir string) (Opener, error) {
	m, err := record.Read(dir)
	if err != nil {
		return nil, err
	}
	if m.WeightsSHA256 == "" || m.Data == nil {
		return nil, fmt.Errorf("%s: %s holds no trained model: it is a record of %s, %s", r.Command, dir, m.Element, m.Status)
	}
	var settings paper.Settings
	if err := json.Unmarshal(m.Config, &settings); err != nil {
		return nil, fmt.Errorf("%s: the configuration of %s: %w", r.Command, dir, err)
	}
	if name, ships := strings.CutPrefix(settings.Model, pretrained.Prefix); ships {
		return r.shipped(name, &m)
	}
	place := filepath.Join(dir, "model")
	if !isFile(place, "model.json") {
		key := settings.Key(described{info: dataset.Info{SHA256: m.Data.SHA256, Source: m.Data.Source}})
		place = filepath.Join(record.ModelsDir(filepath.Join(dir, "..", "..")), key)
		if real, err := filepath.EvalSymlinks(dir); err == nil && !isFile(place, "model.json") { // a link: beside what it names
			place = filepath.Join(record.ModelsDir(filepath.Join(real, "..", "..")), key)
		}
		if !isFile(place, "model.json") {
			return nil, fmt.Errorf("%s: the model of %s is not in %s any more; run it again: %s", r.Command, dir, place,
				m.Command)
		}
	}
	return r.loader(place, &m), nil
}

// described is a data set of which no more than the description is at hand.
type described struct {
	dataset.Dataset
	info dataset.Info
}

func (d described) Info() dataset.Info { return d.info }

// shipped opens a model that ships with the program.
func (r Reference) shipped(name string, run *record.Manifest) (Opener, error) {
	files, err := pretrained.Files(name)
	if err != nil {
		return nil, usage.Errorf("%s: --run %s: %v", r.Command, r.Run, err)
	}
	return func(b compute.Backend) (*Potential, error) {
		m, err := vapo.LoadFS(b, files)
		if err != nil {
			return nil, err
		}
		return r.opened(pretrained.Prefix+name, m, run)
	}, nil
}

// loader loads a model from a folder.
func (r Reference) loader(dir string, run *record.Manifest) Opener {
	return func(b compute.Backend) (*Potential, error) {
		m, err := vapo.Load(b, dir)
		if err != nil {
			return nil, err
		}
		return r.opened(dir, m, run)
	}
}

// opened is a model from a place. Its weights must be those of the run, where there is one.
func (r Reference) opened(place string, m *vapo.Model, run *record.Manifest) (*Potential, error) {
	is, err := vapo.WeightsSHA256(m.Store)
	if err != nil {
		return nil, err
	}
	if run != nil && is != run.WeightsSHA256 {
		return nil, fmt.Errorf("%s: the weights in %s are not those of the run any more (sha256 %.12s, not %.12s); run it "+
			"again", r.Command, place, is, run.WeightsSHA256)
	}
	return &Potential{Name: fmt.Sprintf("%s (%v)", place, m.Homotopy), Model: m, Run: run}, nil
}

// oracles lists the mixtures with a name.
func oracles() (names []string) {
	for name := range dataset.List.All() {
		if data, err := dataset.Open(name, dataset.Options{}); err == nil {
			if _, ok := data.(dataset.GaussianMixture); ok {
				names = append(names, name)
			}
		}
	}
	return names
}

// oracle is the exact potential of a named mixture on the path that --set and --homotopy ask for.
func (r Reference) oracle(name string) (Opener, error) {
	if !slices.Contains(oracles(), name) {
		return nil, usage.Errorf("%s: unknown oracle %q; choose from %s", r.Command, name, strings.Join(oracles(), ", "))
	}
	settings := paper.Settings{Config: vapo.DefaultConfig()}
	settings.Data = name
	sets := r.Sets
	if r.Homotopy != "" {
		sets = append(slices.Clone(sets), "homotopy="+r.Homotopy)
	}
	for _, text := range sets {
		change, err := paper.ParseSet(text)
		if err != nil {
			return nil, usage.Wrap(err)
		}
		if keys := []string{"homotopy", "omega", "sigma"}; !slices.Contains(keys, change.Key) {
			return nil, usage.Errorf("%s: --set %s: an oracle has no such setting; choose from %s", r.Command, text,
				strings.Join(keys, ", "))
		}
		if err := settings.Apply([]paper.Change{change}); err != nil {
			return nil, usage.Wrap(err)
		}
	}
	path, err := settings.Path()
	if err != nil {
		return nil, usage.Wrap(err)
	}
	return func(b compute.Backend) (*Potential, error) {
		data, err := settings.Open("", "train")
		if err != nil {
			return nil, err
		}
		exact, err := mixture.New(data.(dataset.GaussianMixture).Mixture())
		if err != nil {
			return nil, err
		}
		m := &vapo.Model{
			Flow: flow.Flow{Backend: b, Homotopy: path, Potential: mixture.Optimal{Mixture: exact, Homotopy: path},
				Shape: data.Info().Shape, Store: model.NewStore()},
			Config: settings.Config,
		}
		return &Potential{Name: fmt.Sprintf("%s%s (%v)", OraclePrefix, name, path), Model: m, Exact: true}, nil
	}, nil
}
