// Package element is what figures, tables and benches have in common: one part computes numbers, tables and arrays into a record,
// the other draws from that record alone, so that it is drawn again without computing.
package element

import (
	"context"
	"fmt"
	"path/filepath"

	"vapoflow/experiments/record"
	"vapoflow/figures"
	"vapoflow/internal/uncertainty"
)

// Data are an element's arrays: what is computed, kept and drawn.
type Data interface{ Arrays() record.Arrays }

// Result declares a result by its key in the record, its name for people, its unit ("%" shows a share times 100) and the format
// of a value without a standard error.
func Result(key, label, unit, format string) record.Quantity {
	return record.Quantity{Key: key, Label: label, Unit: unit, Format: format}
}

// Drawing draws a record.
type Drawing func(Page) error

// Of draws data that are kept as the record's arrays.
func Of[D any, P interface {
	*D
	Data
}](draw func(p Page, d *D) error) Drawing {
	return func(p Page) error {
		var d D
		if err := P(&d).Arrays().Load(p.Path(File(p.Element))); err != nil {
			return err
		}
		return draw(p, &d)
	}
}

// File names the file of an element's arrays.
func File(element string) string { return element + ".npz" }

// Page is a record while it is drawn.
type Page struct {
	Dir string
	*record.Manifest
}

// Path is that of a file of the record.
func (p Page) Path(name string) string { return filepath.Join(p.Dir, name) }

// Result is a result as text, with its standard error.
func (p Page) Result(key string) string {
	return uncertainty.Text(p.Results[key], p.StandardError(key))
}

// Figure writes a figure as PNG, SVG and PDF and lists it.
func (p Page) Figure(name string, f *figures.Figure, caption string) error {
	for _, extension := range record.FigureExtensions {
		if err := f.Save(p.Path(name + extension)); err != nil {
			return err
		}
	}
	p.Figures = append(p.Figures, record.Figure{File: name + ".png", Caption: caption})
	return nil
}

// Lines draws curves in panels.
func (p Page) Lines(name, caption string, panels ...figures.LinePanel) error {
	f, err := figures.Lines(figures.LinesData{Panels: panels})
	if err != nil {
		return err
	}
	return p.Figure(name, f, caption)
}

// Sheet lays images out in columns, 0 for a square.
func (p Page) Sheet(name string, images record.Images, columns int, title, caption string) error {
	f, err := figures.Sheet(figures.SheetData{Pixels: images.Pixels, Height: images.Shape[0], Width: images.Shape[1],
		Columns: columns, Title: title})
	if err != nil {
		return err
	}
	return p.Figure(name, f, caption)
}

// Run begins the record of a manifest below the folder runs, computes into it and draws it. It waits, after wait was told for
// whom, where another process does the same; a nil wait refuses. Where the error is that of a run that had begun, dir holds its
// manifest.
func Run(ctx context.Context, runs string, m record.Manifest, wait func(holder string), compute func(*record.Run) error,
	draw Drawing) (dir string, err error) {
	run, err := record.CreateWhenFree(ctx, runs, m, wait)
	if err != nil {
		return "", err
	}
	err = run.Do(func() error {
		if err := compute(run); err != nil {
			return err
		}
		return all(Page{run.Dir(), &run.Manifest}, draw)
	})
	return run.Dir(), err
}

// Redraw draws a finished run again, by the drawing that find has for it.
func Redraw(dir string, find func(element string) (Drawing, error)) error {
	return record.Redraw(dir, func(m *record.Manifest) error {
		draw, err := find(m.Element)
		if err != nil {
			return err
		}
		if m.Status != record.Done {
			return fmt.Errorf("%s: nothing to draw: the run of %s is %s", dir, m.Element, m.Status)
		}
		return all(Page{dir, m}, draw)
	})
}

// all draws and writes the tables.
func all(p Page, draw Drawing) error {
	if draw != nil {
		if err := draw(p); err != nil {
			return err
		}
	}
	if len(p.Tables) == 0 {
		return nil
	}
	return record.WriteTables(p.Dir, p.Tables)
}
