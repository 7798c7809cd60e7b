package desk

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/gomlx/compute"

	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/loss"
)

// Train gives the trained model of a configuration: loaded where it, or the command line, has trained it before, else trained
// and watched. Data may be nil: the configuration's. An interrupted training goes on when it is called again.
//
// A loaded network of points is evaluated by pure Go on the host, which answers before XLA has compiled; [Backend] computes
// everything else.
func Train(ctx context.Context, c vapo.Config, data dataset.Dataset) (*vapo.Model, error) {
	var err error
	if data == nil {
		if data, err = c.Open(DataRoot(), "train"); err != nil {
			return nil, err
		}
	}
	c.Data = data.Info().Name // not the configuration's default: [Compare] and [Curves] tell models apart by it
	dir := filepath.Join(Results(), "models")
	m, err := vapo.Trained(backend.Host(), dir, c, data)
	if m != nil {
		when, seconds := m.Trained()
		fmt.Printf("loaded, trained %s ago in %.0f s\n", ago(when), seconds)
		if len(m.Shape) > 1 {
			m.Backend, err = Backend()
		}
		return m, err
	}
	b, err := Backend()
	if err != nil {
		return nil, err
	}
	watched, err := c.Model(backend.Host(), data.Info().Shape, nil)
	if err != nil {
		return nil, err
	}
	run, explain := watch(fmt.Sprintf("%s on %s", c.Potential, data.Info().Name), watched, c.Steps)
	m, err = vapo.TrainOrLoad(ctx, b, dir, c, data, run)
	return m, explain(err)
}

// Fit trains a model that was composed by hand, watched, once: its pieces, numbers and data name its folder, so that another
// loss, path, network or seed is another training, and the same one is loaded. An interrupted training goes on when it is called
// again.
func Fit(ctx context.Context, m *vapo.Model, l loss.Loss, data dataset.Dataset, t vapo.Training) error {
	name, err := vapo.Fingerprint(m, l, data, t)
	if err != nil {
		return err
	}
	run, explain := watch(fmt.Sprintf("own model on %s", data.Info().Name), m, t.Steps)
	run.Dir = filepath.Join(Results(), "models", "own-"+name)
	observe, trains := run.Observe, false
	run.Observe = func(p vapo.Progress) {
		trains = true
		observe(p)
	}
	if err := vapo.Train(ctx, m, l, data, t, run); err != nil {
		return explain(err)
	}
	if m.Loaded = !trains; m.Loaded {
		fmt.Println("loaded, trained before")
	}
	return nil
}

// watch prepares a training that is shown, and what is said of its error.
func watch(name string, m *vapo.Model, steps int) (run vapo.Run, explain func(error) error) {
	var done int
	show := Watch(name, Samples(m))
	run = vapo.Run{Resume: true, Every: max(50, min(1000, steps/20)), Observe: func(p vapo.Progress) {
		done = p.Step
		show(p)
	}, Say: func(line string) { fmt.Println(line) }}
	return run, func(err error) error {
		if errors.Is(err, context.Canceled) {
			return fmt.Errorf("interrupted at step %d, checkpoint kept; run the cell again to go on: %w", done, context.Canceled)
		}
		return err
	}
}

// Backend is what computes: $VAPO_BACKEND, else the fastest there is. It opens at the first call.
func Backend() (compute.Backend, error) {
	choice, err := backend.New("")
	if err != nil {
		return nil, err
	}
	return choice.Backend, nil
}
