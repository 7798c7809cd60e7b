package paper

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/pretrained"
)

// train is the value of the setting "model" that trains one; the other is pretrained:NAME.
const train = "train"

// shipped tells whether the model's weights ship with the program.
func (s Settings) shipped() bool { return strings.HasPrefix(s.Model, pretrained.Prefix) }

// checkModel says which value of "model" cannot be used, and what can.
func (s Settings) checkModel() error {
	if s.Model == train || s.Model == "" { // as records were before there was a choice
		return nil
	}
	name, ships := strings.CutPrefix(s.Model, pretrained.Prefix)
	if !ships || !slices.Contains(pretrained.Names(), name) {
		return fmt.Errorf("unknown model %q; choose %s, or %s%s", s.Model, train, pretrained.Prefix,
			strings.Join(pretrained.Names(), ", "+pretrained.Prefix))
	}
	return nil
}

// chooseModel settles whether a model that ships is used: settings of a training, or weights to begin at, ask for a training,
// unless "model" itself was set. A model that ships brings its configuration with it, but for the seed, which is that of the
// samples.
func (t *trial) chooseModel(base *Settings) error {
	if !t.shipped() {
		return nil
	}
	keys := keysOf(reflect.TypeFor[vapo.Config]())
	named := slices.ContainsFunc(t.Changes, func(c Change) bool { return c.Key == "model" })
	trains := slices.ContainsFunc(t.Changes, func(c Change) bool { return c.Key != "seed" && slices.Contains(keys, c.Key) })
	if !named && (trains || t.Env.Init != nil) {
		t.Settings.Model, base.Model = train, train
		return nil
	}
	files, err := pretrained.Files(strings.TrimPrefix(t.Model, pretrained.Prefix))
	if err != nil {
		return err
	}
	if t.model, err = vapo.LoadFS(t.Backend.Backend, files); err != nil {
		return err
	}
	seed := t.Seed
	t.Settings.Config = t.model.Config
	t.Settings.Seed = seed
	base.Config = t.model.Config
	return nil
}

// undataed is the data of a model that ships where they are not at hand: their shape is known, and reading is the error that says
// how to get them.
type undataed struct {
	shape   []int
	name    string
	missing error
}

func (u undataed) Info() dataset.Info {
	title := u.name
	if dataset.List.Has(u.name) {
		title = dataset.List.Summary(u.name)
	}
	return dataset.Info{Name: u.name, Title: title, Shape: u.shape, Source: "not at hand"}
}

func (u undataed) Read(int, []float32) error { return u.missing }
