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
	dir := filepath.Join(Results(), "models")
	m, err := vapo.Load(backend.Host(), filepath.Join(dir, c.Key(data)))
	if err == nil {
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
	var done int
	show := Watch(fmt.Sprintf("%s on %s", c.Potential, data.Info().Name), Samples(watched))
	run := vapo.Run{Resume: true, Every: max(50, min(1000, c.Steps/20)), Observe: func(p vapo.Progress) {
		done = p.Step
		show(p)
	}, Say: func(line string) { fmt.Println(line) }}
	m, err = vapo.TrainOrLoad(ctx, b, dir, c, data, run)
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("interrupted at step %d, checkpoint kept; run the cell again to go on: %w", done, context.Canceled)
	}
	return m, err
}

// Backend is what computes: $VAPO_BACKEND, else the fastest there is. It opens at the first call.
func Backend() (compute.Backend, error) {
	choice, err := backend.New("")
	if err != nil {
		return nil, err
	}
	return choice.Backend, nil
}
