package bench

import (
	"context"
	"fmt"
	"strings"

	"vapoflow/experiments/paper"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/figures"
	"vapoflow/vapo"
	"vapoflow/vapo/backend"
	"vapoflow/vapo/density"
	"vapoflow/vapo/homotopy"
	"vapoflow/vapo/mixture"
)

// backend opens the backend of the measurement and puts it on record.
func (w *work) backend() (*backend.Choice, error) {
	choice, err := backend.New("")
	if err != nil {
		return nil, usage.Wrap(err)
	}
	w.Say("%s", choice.Line)
	w.run.Backend = record.Backend{Name: choice.Name, Line: choice.Line}
	return choice, nil
}

// model trains a configuration, or loads it where any run in the same folder of results has trained it.
func (w *work) model(ctx context.Context, choice *backend.Choice, c vapo.Config) (*vapo.Model, error) {
	data, err := c.Open("", "train")
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("training %s on %s, %s homotopy", strings.ToUpper(c.Potential), c.Data, c.Homotopy)
	observe, done := w.Watch(name, c.Steps)
	defer done()
	m, err := vapo.TrainOrLoad(ctx, choice.Backend, paper.ModelsDir(w.Out), c, data, vapo.Run{Resume: true, Observe: observe, Say: func(line string) { w.Say("%s: %s", name, line) }})
	if err == nil && m.Loaded {
		_, seconds := m.Trained()
		w.Say("%s: loaded, it took %.0f s", name, seconds)
	}
	return m, err
}

// flowOf is a trained model's flow, and exactFlow that of the exact potential on the same path.
func flowOf(m *vapo.Model) *density.Flow {
	return &density.Flow{Backend: m.Backend, Homotopy: m.Homotopy, Potential: m.Potential, Store: m.Store, Shape: m.Shape}
}

func exactFlow(m *vapo.Model, data mixture.Mixture) *density.Flow {
	return &density.Flow{Backend: m.Backend, Homotopy: m.Homotopy, Potential: mixture.Optimal{Mixture: data, Homotopy: m.Homotopy}, Shape: m.Shape}
}

// pathAt gives a path's coefficients at one s.
func pathAt(h homotopy.Homotopy, s float64) (homotopy.Values, error) {
	values, err := homotopy.Evaluate(backend.Host(), h, []float64{s})
	if err != nil {
		return homotopy.Values{}, err
	}
	return values[0], nil
}

// saveFigure draws a figure into the record as PNG and SVG and lists it.
func saveFigure(run *record.Run, name string, f *figures.Figure, caption string) error {
	for _, extension := range []string{".png", ".svg"} {
		if err := f.Save(run.Path(name + extension)); err != nil {
			return err
		}
	}
	run.Figures = append(run.Figures, record.Figure{File: name + ".png", Caption: caption})
	return nil
}
