// Package bench has the measurements of the machine and of the method: each is one file and one line in the list, and keeps its record as
// an element of the paper does.
package bench

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/spf13/pflag"

	"vapoflow/experiments/console"
	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/vapo/backend"
)

// Bench is one measurement: what "experiments bench ID" does.
type Bench struct {
	ID, Title            string
	Short, Long, Example string // of its help
	options              func(*pflag.FlagSet) Measurement
	draw                 element.Drawing // from the record alone; nil where its tables are all
	manyBackends         bool            // it opens several itself, or none
}

// Measurement is a bench with its options.
type Measurement interface {
	check() error // wrong use
	measure(context.Context, *work) error
}

// Benches lists the measurements: a new one is one file and one line here.
func Benches() []Bench {
	return []Bench{step, excess, kl, noise, precision, densities, rivalry, ood, posteriors, inpainting, images, guidance}
}

// Options gives the bench's options at their defaults, which the flags change.
func (b Bench) Options(flags *pflag.FlagSet) Measurement { return b.options(flags) }

// Env is where a bench runs.
type Env struct {
	Out      string                 // folder of results
	Name     string                 // tells the record from others of the bench, bench-ID~NAME; "" is bench-ID
	Command  string                 // as it was given
	DataRoot func() (string, error) // folder of the data sets
	*console.Console
}

// work is one measurement at work.
type work struct {
	Env
	run    *record.Run
	choice *backend.Choice // nil where the bench opens its own
}

// prefix of the names of the records.
const prefix = "bench-"

// Is tells the record of a measurement from that of an element.
func Is(m record.Manifest) bool { return strings.HasPrefix(m.Element, prefix) }

// names are what a record may be called besides.
var names = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9.-]*$`)

// recordName is that of the bench's record.
func (b Bench) recordName(name string) (string, error) {
	if name == "" {
		return prefix + b.ID, nil
	}
	if !names.MatchString(name) {
		return "", usage.Errorf("--name %q: give letters, digits, dots and dashes, such as 40-minutes", name)
	}
	return prefix + b.ID + "~" + name, nil
}

// Run measures, keeps the record and gives its folder. What was asked for wrongly is found before anything is opened.
func (b Bench) Run(ctx context.Context, m Measurement, env Env) (dir string, err error) {
	if err := m.check(); err != nil {
		return "", err
	}
	name, err := b.recordName(env.Name)
	if err != nil {
		return "", err
	}
	if err := record.CheckOut(env.Out); err != nil {
		return "", fmt.Errorf("--out %s: %w", env.Out, err)
	}
	wait := func(holder string) { env.Say("%s: waiting for %s, which measures the same", b.ID, holder) }
	manifest := record.Manifest{Name: name, Element: prefix + b.ID, Title: b.Title, Command: env.Command}
	return element.Run(ctx, record.RunsDir(env.Out), manifest, wait, func(run *record.Run) error {
		w := &work{Env: env, run: run}
		if !b.manyBackends {
			if err := w.open(); err != nil {
				return err
			}
		}
		return m.measure(ctx, w)
	}, b.draw)
}

// save keeps the arrays that the bench is drawn from.
func (w *work) save(d element.Data) error {
	return d.Arrays().Save(w.run.Path(element.File(w.run.Element)))
}

// Drawing is that of the measurement whose records have the element's name; nil where tables are all.
func Drawing(id string) element.Drawing {
	for _, b := range Benches() {
		if prefix+b.ID == id {
			return b.draw
		}
	}
	return nil
}
