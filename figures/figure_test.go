package figures_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"vapoflow/figures"
)

// TestSheetLossless enlarges random images and reads every pixel back.
func TestSheetLossless(t *testing.T) {
	const n, height, width, columns, zoom = 5, 4, 6, 3, 3
	random := rand.New(rand.NewPCG(1, 1))
	pixels := make([]uint8, n*height*width*3)
	for i := range pixels {
		pixels[i] = uint8(random.UintN(256))
	}
	sheet, err := figures.Sheet(figures.SheetData{Pixels: pixels, Height: height, Width: width, Columns: columns, Zoom: zoom})
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := sheet.WritePNG(&file); err != nil {
		t.Fatal(err)
	}
	page, err := png.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	want := image.Pt((columns*(width+1)+1)*zoom, (2*(height+1)+1)*zoom)
	if got := page.Bounds().Size(); got != want {
		t.Fatalf("the sheet is %v, want %v", got, want)
	}
	// In units of zoom the page is gaps of one and images in between.
	for y := range want.Y {
		for x := range want.X {
			row, column := y/zoom/(height+1), x/zoom/(width+1)
			i, j := y/zoom%(height+1)-1, x/zoom%(width+1)-1
			k := row*columns + column
			expected := color.RGBA{R: 255, G: 255, B: 255, A: 255}
			if i >= 0 && j >= 0 && k < n {
				p := pixels[((k*height+i)*width+j)*3:]
				expected = color.RGBA{R: p[0], G: p[1], B: p[2], A: 255}
			}
			if got := color.RGBAModel.Convert(page.At(x, y)); got != expected {
				t.Fatalf("pixel (%d, %d) is %v, want %v", x, y, got, expected)
			}
		}
	}
}

// TestResolution checks that the PNG tells its size in print: pixels over
// pixels per metre is the width in metres.
func TestResolution(t *testing.T) {
	figure, err := drawLines()
	if err != nil {
		t.Fatal(err)
	}
	figure.DPI = 300
	var file bytes.Buffer
	if err := figure.WritePNG(&file); err != nil {
		t.Fatal(err)
	}
	data := bytes.Clone(file.Bytes())
	page, err := png.Decode(&file) // checks the sums of all chunks
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(data, []byte("pHYs"))
	if at < 0 {
		t.Fatal("the PNG has no pHYs chunk")
	}
	perMetre := float64(binary.BigEndian.Uint32(data[at+4:]))
	centimetres := 100 * float64(page.Bounds().Dx()) / perMetre
	if width, _ := figure.Size(); math.Abs(centimetres-width) > 0.01 {
		t.Errorf("the PNG is %.3f cm wide, the figure %.3f cm", centimetres, width)
	}
}

// TestSaveWholeOrNot fails in the middle of saving: the old file stays, and
// nothing else appears.
func TestSaveWholeOrNot(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "lines.png")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	figure, err := drawLines()
	if err != nil {
		t.Fatal(err)
	}
	figure.DPI = -1
	if err := figure.Save(path); err == nil {
		t.Error("saving at −1 dots per inch gave no error")
	}
	kept, err := os.ReadFile(path)
	if err != nil || string(kept) != "old" {
		t.Errorf("the old file now holds %d bytes (%v)", len(kept), err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v (%v), want the old file alone", entries, err)
	}
	figure.DPI = 50
	if err := figure.Save(path); err != nil {
		t.Fatal(err)
	}
	if new, err := os.ReadFile(path); err != nil || !bytes.HasPrefix(new, []byte("\x89PNG")) {
		t.Errorf("after saving, the file is no PNG (%v)", err)
	}
}

func TestBadData(t *testing.T) {
	good := func() figures.FieldData { return ringData(7, []float64{0.5}, 21, 3, 2) }
	for name, spoil := range map[string]func(*figures.FieldData){
		"NaN vector":        func(d *figures.FieldData) { d.Rows[0].Arrows[0].Vector[1][0] = math.NaN() },
		"infinite place":    func(d *figures.FieldData) { d.Rows[0].Arrows[0].At[1][1] = math.Inf(1) },
		"too few vectors":   func(d *figures.FieldData) { d.Rows[1].Arrows[0].Vector = nil },
		"no arrows":         func(d *figures.FieldData) { d.Rows[1].Arrows = nil },
		"no row":            func(d *figures.FieldData) { d.Rows = nil },
		"no column":         func(d *figures.FieldData) { d.Columns = nil },
		"negative density":  func(d *figures.FieldData) { d.Density.Values[3][4] = -1 },
		"NaN density":       func(d *figures.FieldData) { d.Density.Values[3][4] = math.NaN() },
		"ragged density":    func(d *figures.FieldData) { d.Density.Values[3] = d.Density.Values[3][:2] },
		"descending grid":   func(d *figures.FieldData) { d.Density.X = span(1, -1, 21) },
		"narrow page":       func(d *figures.FieldData) { d.Width = 1 },
		"negative width":    func(d *figures.FieldData) { d.Width = -17 },
		"short clock":       func(d *figures.FieldData) { d.PathS = d.PathS[:5] },
		"descending clock":  func(d *figures.FieldData) { d.PathS = span(1, 0, 101) },
		"vanished particle": func(d *figures.FieldData) { d.Rows[0].Paths[7] = d.Rows[0].Paths[7][:1] },
		"NaN particle":      func(d *figures.FieldData) { d.Rows[0].Paths[7][1][0] = math.NaN() },
	} {
		d := good()
		spoil(&d)
		if _, err := figures.Field(d); err == nil {
			t.Errorf("Field: %s gave no error", name)
		}
	}
	if _, err := figures.Field(good()); err != nil {
		t.Error(err)
	}
	for _, d := range []figures.SheetData{
		{},
		{Pixels: make([]uint8, 13), Height: 2, Width: 2},
		{Pixels: make([]uint8, 12), Height: 2, Width: 2, Zoom: -1},
	} {
		if _, err := figures.Sheet(d); err == nil {
			t.Errorf("Sheet of %d bytes, %d × %d, zoom %d gave no error", len(d.Pixels), d.Height, d.Width, d.Zoom)
		}
	}
	for name, series := range map[string]figures.Series{
		"lengths":          {X: []float64{1, 2}, Y: []float64{1}},
		"all not a number": {X: []float64{1}, Y: []float64{math.NaN()}},
		"NaN spread":       {X: []float64{1}, Y: []float64{1}, Spread: []float64{math.NaN()}},
		"none positive":    {X: []float64{1}, Y: []float64{-1}},
	} {
		panel := figures.LinePanel{LogY: true, Series: []figures.Series{series}}
		if _, err := figures.Lines(figures.LinesData{Panels: []figures.LinePanel{panel}}); err == nil {
			t.Errorf("Lines: %s gave no error", name)
		}
	}
}
