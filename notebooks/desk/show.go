package desk

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/png"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"

	"vapoflow/figures"
	"vapoflow/vapo/dataset"
)

// screenDPI is the resolution of a figure on a page of the screen.
const screenDPI = 130

// Show shows a figure below the cell, with twice the pixels of its place, for fine screens; headless, where files are to be
// small, with as many.
func Show(f *figures.Figure) { show(f, "") }

// show shows a figure, where an id is given in place of the last one of that id.
func show(f *figures.Figure, id string) {
	fine := 2
	if headless() {
		fine = 1
	}
	screen := *f
	screen.DPI = fine * screenDPI
	m := screen.Image()
	if width, _ := f.Size(); float64(m.Bounds().Dx()) < 0.9*width/2.54*float64(screen.DPI) { // a sheet, which has pixels of its own
		fine = 1
	}
	showImage(m, fine, id)
}

// showImage shows an image with so many of its pixels to one of the page.
func showImage(m image.Image, fine int, id string) {
	size := m.Bounds().Size().Div(fine)
	if !gonbui.IsNotebook {
		fmt.Printf("[image of %d×%d pixels]\n", size.X, size.Y)
		return
	}
	var text bytes.Buffer
	fast := png.Encoder{CompressionLevel: png.BestSpeed}
	if err := fast.Encode(&text, m); err != nil { // an image without pixels
		panic(fmt.Errorf("desk: showing an image: %w", err))
	}
	gonbui.SendData(&protocol.DisplayData{
		Data:      map[protocol.MIMEType]any{protocol.MIMEImagePNG: text.Bytes()},
		Metadata:  map[string]any{string(protocol.MIMEImagePNG): map[string]int{"width": size.X, "height": size.Y}},
		DisplayID: id,
	})
	gonbui.Sync()
}

// Sheet lays out images [n, height, width, 3], flattened and with values in [-1, 1], at 64 pixels on the screen or more. Without
// columns (0) it is about square.
func Sheet(x []float32, shape []int, columns int, title string) (*figures.Figure, error) {
	if len(shape) != 3 || shape[2] != 3 {
		return nil, fmt.Errorf("desk: a sheet shows images [height, width, 3], and these have shape %v", shape)
	}
	return figures.Sheet(figures.SheetData{Pixels: dataset.Bytes(x), Height: shape[0], Width: shape[1], Columns: columns, Zoom: max(1, 64/shape[0]), Title: title})
}

// Table shows rows below a header. Floats get four digits; format others as text.
func Table(header []string, rows ...[]any) {
	plain := plainTable(header, rows)
	if !gonbui.IsNotebook {
		fmt.Print(plain)
		return
	}
	gonbui.SendData(&protocol.DisplayData{Data: map[protocol.MIMEType]any{
		protocol.MIMETextHTML: htmlTable(header, rows), protocol.MIMETextPlain: plain,
	}})
	gonbui.Sync()
}

func plainTable(header []string, rows [][]any) string {
	var text strings.Builder
	w := tabwriter.NewWriter(&text, 0, 0, 3, ' ', 0)
	fmt.Fprintln(w, strings.Join(header, "\t"))
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, value := range row {
			cells[i] = cell(value)
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_ = w.Flush() // a Builder takes everything
	return text.String()
}

func htmlTable(header []string, rows [][]any) string {
	text := "<table><tr>"
	for _, name := range header {
		text += "<th style='text-align:left'>" + html.EscapeString(name) + "</th>"
	}
	for _, row := range rows {
		text += "</tr>\n<tr>"
		for _, value := range row {
			text += "<td style='text-align:left'>" + html.EscapeString(cell(value)) + "</td>"
		}
	}
	return text + "</tr></table>"
}

func cell(value any) string {
	switch v := value.(type) {
	case float64:
		return fmt.Sprintf("%.4g", v)
	case float32:
		return fmt.Sprintf("%.4g", v)
	}
	return fmt.Sprint(value)
}

// headless tells that nobody watches: the runner of notebooks says so.
func headless() bool { return os.Getenv("VAPO_HEADLESS") != "" }
