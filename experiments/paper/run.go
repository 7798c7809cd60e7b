package paper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
	"vapoflow/experiments/training"
	"vapoflow/experiments/usage"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
)

// Env is where and how elements are run.
type Env struct {
	Backend   *backend.Choice
	Out       string // folder of results: runs/ and models/ lie below
	DataRoot  string // folder of the data sets; "" has none
	Inception string // file with the published weights of FID-Inception; "" looks where they are kept
	Preset    string // one of Presets
	Recipe    string // one of Recipes
	Changes   []Change
	Strict    bool           // missing data is an error also where an element has a stand-in
	Resume    bool           // continue an interrupted training
	NoWait    bool           // refuse where another process is at work on the same run or training, instead of waiting for it
	Init      *training.Init // weights that trainings begin at; nil draws them
	Command   string

	Checkpoints training.Checkpoints
	TensorBoard bool // write event files as well, to Out/tensorboard

	Watch training.Watch // shows a training's progress; may be nil
	Say   func(string)   // tells the user a line; may be nil

	Sets *Sets // data that runs share; nil opens them for one
}

// trial is one run of an element: its settings, data and record.
type trial struct {
	Env
	Settings
	element string // its ID
	data    dataset.Dataset
	model   *vapo.Model // where its weights ship, else nil
	run     *record.Run
}

// say tells the user a line, after the element's name.
func (t *trial) say(format string, args ...any) {
	if t.Say != nil {
		t.Say(t.element + ": " + fmt.Sprintf(format, args...))
	}
}

// counter tells the user of long work every five seconds.
func (t *trial) counter(what string, total int) func(done int) {
	last := time.Now()
	return func(done int) {
		if now := time.Now(); now.Sub(last) > 5*time.Second {
			last = now
			t.say("%d of %d %s", done, total, what)
		}
	}
}

// Planned is a run that was prepared: its settings are settled, and its weights and data are open. Nothing is trained or written.
type Planned struct {
	Manifest record.Manifest // that it would begin with, without what the run adds
	element  Element
	trial    *trial
}

// Plan prepares a run of an element.
func Plan(id string, env Env) (*Planned, error) {
	e, err := Lookup(id)
	if err != nil {
		return nil, err
	}
	base, err := e.Settings(env.Preset, env.Recipe)
	if err != nil {
		return nil, err
	}
	return e.plan(base, env)
}

// Run runs an element, as [Plan] and [Planned.Run].
func Run(ctx context.Context, id string, env Env) (dir string, err error) {
	p, err := Plan(id, env)
	if err != nil {
		return "", err
	}
	return p.Run(ctx)
}

// Run runs it and returns the folder of its record. Where the error is that of a run that had begun, the folder holds its manifest,
// marked failed or interrupted.
func (p *Planned) Run(ctx context.Context) (dir string, err error) {
	e, t := p.element, p.trial
	for _, note := range p.Manifest.Notes {
		t.say("%s", note)
	}
	wait := func(holder string) { t.say("waiting for %s, which runs the same", holder) }
	if t.NoWait {
		wait = nil
	}
	dir, err = element.Run(ctx, record.RunsDir(t.Out), p.Manifest, wait, func(run *record.Run) error {
		t.run = run
		data, err := e.compute(ctx, t)
		if err != nil || data == nil {
			return err
		}
		return data.Arrays().Save(run.Path(element.File(e.ID)))
	}, func(page element.Page) error {
		if e.draw != nil {
			if err := e.draw(page); err != nil {
				return err
			}
		}
		if !t.TensorBoard {
			return nil
		}
		return training.BoardFigures(t.boardDir(), page.Dir, page.Figures, t.Steps)
	})
	if err == nil {
		os.Remove(t.previewPath()) // there is none, mostly
	}
	return dir, err
}

// plan settles the settings, the weights and the data of a run whose settings at the preset are base.
func (e Element) plan(base Settings, env Env) (*Planned, error) {
	t := &trial{Env: env, Settings: base, element: e.ID}
	if err := t.Settings.Apply(env.Changes); err != nil {
		return nil, usage.Wrap(err)
	}
	if err := t.Settings.Validate(); err != nil {
		return nil, usage.Errorf("%s: %w", e.ID, err)
	}
	if err := t.chooseModel(&base); err != nil {
		return nil, err
	}
	if env.Init != nil {
		hash, err := vapo.WeightsSHA256(env.Init.Store)
		if err != nil {
			return nil, err
		}
		t.Settings.Init = hash[:16]
	}
	var notes []string
	var err error
	if t.Sets == nil {
		t.Sets = new(Sets)
	}
	t.data, err = t.open("train")
	if errors.Is(err, dataset.ErrMissing) && e.mayStandIn(env) {
		notes = append(notes, fmt.Sprintf("%s was not found: %s images stand in for it. `experiments data fetch %s` gets it.",
			t.Data, e.standIn, t.Data)) // all that have a stand-in can be fetched
		t.Data = e.standIn
		t.data, err = t.open("train")
	}
	if errors.Is(err, dataset.ErrMissing) && t.model != nil && e.dataless {
		t.data, err = undataed{t.model.Shape, t.Data, err}, nil
	}
	if err != nil {
		return nil, err
	}
	if err := t.Settings.checkMemory(t.data.Info().Shape); err != nil {
		return nil, usage.Errorf("%s: %w", e.ID, err)
	}
	manifest := e.manifest(base, t)
	manifest.Notes = notes
	return &Planned{manifest, e, t}, nil
}

// mayStandIn tells whether drawn images may replace what is missing: in tests, which preset smoke is for, and not where it was
// asked for.
func (e Element) mayStandIn(env Env) bool {
	if e.standIn == "" || env.Strict || env.Preset != "smoke" {
		return false
	}
	for _, c := range env.Changes {
		if c.Key == "data" {
			return false
		}
	}
	return true
}

func (e Element) manifest(base Settings, t *trial) record.Manifest {
	info := t.data.Info()
	config, _ := json.Marshal(t.Settings) // a struct of numbers and strings always encodes
	return record.Manifest{
		Name: e.runName(base, t), Element: e.ID, Title: e.Title, Claim: e.claim(t.Preset, t.Settings), Command: t.Command,
		Preset: t.Preset, Recipe: t.Recipe, Seed: t.Seed, Config: config,
		Data: &record.Data{Name: info.Name, Title: info.Title, Shape: info.Shape, Examples: info.Len, SHA256: info.SHA256,
			Source: info.Source},
		Backend: record.Backend{Name: t.Backend.Name, Line: t.Backend.Line},
	}
}

// runName is "fig1-quick-best-seed0", with what was changed in the preset's settings after it.
func (e Element) runName(base Settings, t *trial) string {
	name := fmt.Sprintf("%s-%s-%s-seed%d", e.ID, t.Preset, t.Recipe, t.Seed)
	changed := t.Settings.differences(base)
	if len(changed) == 0 {
		return name
	}
	full := strings.Join(changed, "+")
	suffix := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r <= ' ' {
			return '_'
		}
		return r
	}, full)
	if len(suffix) > 60 || suffix != full {
		hash := sha256.Sum256([]byte(full))
		suffix = suffix[:min(len(suffix), 50)] + "~" + hex.EncodeToString(hash[:4])
	}
	return name + "+" + suffix
}

// Redraw draws the figures of a finished run again from its arrays, without training.
func Redraw(dir string) error { return element.Redraw(dir, Drawing) }

// Drawing is that of an element.
func Drawing(id string) (element.Drawing, error) {
	e, err := lookup(id)
	return e.draw, err
}

// Results are the quantities that runs of an element may have, in the order in which they are shown; nil for what is no element.
func Results(id string) []record.Quantity {
	e, _ := lookup(id)
	return e.results
}

// lookup finds an element, trainings on own data among them.
func lookup(id string) (Element, error) {
	if id == own.ID {
		return own, nil
	}
	return Lookup(id)
}
