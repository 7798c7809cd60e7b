package bench

import (
	"fmt"

	"vapoflow/experiments/element"
	"vapoflow/experiments/record"
	"vapoflow/experiments/usage"
	"vapoflow/figures"
	"vapoflow/vapo"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/pretrained"
)

// checkShipped says which of the models does not ship.
func checkShipped(models []string) error {
	if len(models) == 0 {
		return usage.Errorf("--models is empty: name one that ships")
	}
	for _, model := range models {
		if _, err := pretrained.Files(model); err != nil {
			return usage.Wrap(err)
		}
	}
	return nil
}

// eachShipped measures each of the models and keeps what is to be shown of it.
func (w *work) eachShipped(models []string, measure func(model string) (*record.Images, error)) error {
	shown := sheets{}
	for _, model := range models {
		sheet, err := measure(model)
		if err != nil {
			return fmt.Errorf("%s%s: %w", pretrained.Prefix, model, err)
		}
		shown[model] = sheet
	}
	return w.save(shown)
}

// load opens a model that ships, or its partner.
func (w *work) load(name string) (*vapo.Model, error) {
	files, err := pretrained.Files(name)
	if err != nil {
		return nil, err
	}
	return vapo.LoadFS(w.choice.Backend, files)
}

// shipped opens a model that ships, with the folder of the data sets and its training images there.
func (w *work) shipped(name string) (m *vapo.Model, root string, train dataset.Dataset, err error) {
	if m, err = w.load(name); err != nil {
		return nil, "", nil, err
	}
	if root, err = w.DataRoot(); err != nil {
		return nil, "", nil, err
	}
	train, err = m.Config.Open(root, "train")
	return m, root, train, err
}

// sheets are images to be shown of each model that ships.
type sheets map[string]*record.Images

// Arrays are those of a record.
func (s sheets) Arrays() record.Arrays {
	arrays := record.Arrays{}
	for _, model := range pretrained.Names() {
		if s[model] == nil {
			s[model] = new(record.Images)
		}
		arrays[model] = record.Optional(s[model])
	}
	return arrays
}

// drawSheets draws those of a record as NAME-MODEL.
func drawSheets(p element.Page, name string, columns int, title string, caption func(model string) string) error {
	kept := sheets{}
	if err := kept.Arrays().Load(p.Path(element.File(p.Element))); err != nil {
		return err
	}
	for _, model := range pretrained.Names() {
		s := kept[model]
		if len(s.Pixels) == 0 {
			continue
		}
		f, err := figures.Sheet(figures.SheetData{Pixels: s.Pixels, Height: s.Shape[0], Width: s.Shape[1], Columns: columns, Zoom: 2, Title: title})
		if err != nil {
			return err
		}
		if err := p.Figure(name+"-"+model, f, caption(model)); err != nil {
			return err
		}
	}
	return nil
}
