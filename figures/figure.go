package figures

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"vapoflow/internal/atomicfile"
)

// Figure is a finished page. Writing it twice, in any format, draws the
// same page.
type Figure struct {
	// DPI is the resolution of the PNG in dots per inch, 300 from every
	// constructor. A sheet of images has its own pixels and ignores it.
	DPI int

	width, height vg.Length
	paint         func(draw.Canvas)

	pixels *image.RGBA // a sheet: the page itself, instead of paint
}

const printDPI = 300

// Size returns the size in print, in centimetres, at which the page's type is
// 7 to 8 points. A sheet counts 96 pixels to the inch.
func (f *Figure) Size() (width, height float64) {
	return float64(f.width / vg.Centimeter), float64(f.height / vg.Centimeter)
}

// Image returns the page as pixels.
func (f *Figure) Image() image.Image {
	if f.pixels != nil {
		return f.pixels
	}
	canvas := vgimg.NewWith(vgimg.UseWH(f.width, f.height), vgimg.UseDPI(f.DPI))
	f.paint(draw.New(canvas))
	return canvas.Image()
}

// WritePNG writes the page as PNG. The file carries its resolution, so that a
// text processor places it at [Figure.Size].
func (f *Figure) WritePNG(w io.Writer) error {
	if f.pixels == nil && f.DPI < 1 {
		return fmt.Errorf("figures: DPI is %d, want a positive resolution such as %d", f.DPI, printDPI)
	}
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, f.Image()); err != nil {
		return fmt.Errorf("figures: encoding the PNG: %w", err)
	}
	data := encoded.Bytes()
	if f.pixels == nil {
		data = withResolution(data, f.DPI)
	}
	_, err := w.Write(data)
	return err
}

// WriteSVG writes the page as SVG. Text stays text, in Liberation Sans or
// else Arial, whose letters are equally wide; a sheet is one embedded PNG.
func (f *Figure) WriteSVG(w io.Writer) error {
	if f.pixels != nil {
		return f.writeEmbedded(w)
	}
	canvas := vgsvg.New(f.width, f.height)
	f.paint(draw.New(canvas))
	var svg bytes.Buffer
	if _, err := canvas.WriteTo(&svg); err != nil {
		return fmt.Errorf("figures: writing the SVG: %w", err)
	}
	family := []byte("font-family:Liberation Sans")
	fallback := append(family[:len(family):len(family)], ",Arial,Helvetica,sans-serif"...)
	_, err := w.Write(bytes.ReplaceAll(svg.Bytes(), family, fallback))
	return err
}

func (f *Figure) writeEmbedded(w io.Writer) error {
	var data bytes.Buffer
	if err := f.WritePNG(&data); err != nil {
		return err
	}
	size := f.pixels.Bounds().Size()
	_, err := fmt.Fprintf(w, `<?xml version="1.0"?>
<svg width="%[1]d" height="%[2]d" viewBox="0 0 %[1]d %[2]d" xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<image width="%[1]d" height="%[2]d" style="image-rendering:pixelated" xlink:href="data:image/png;base64,%[3]s"/>
</svg>
`, size.X, size.Y, base64.StdEncoding.EncodeToString(data.Bytes()))
	return err
}

// Save writes the page to path, as PNG, SVG or PDF by its extension. The file
// appears whole or not at all.
func (f *Figure) Save(path string) error {
	write := f.WritePNG
	switch extension := strings.ToLower(filepath.Ext(path)); extension {
	case ".png":
	case ".svg":
		write = f.WriteSVG
	case ".pdf":
		write = f.WritePDF
	default:
		return fmt.Errorf("figures: cannot save %q: extension %q is none of .png, .svg and .pdf", path, extension)
	}
	err := atomicfile.Write(path, func(file *os.File) error {
		buffered := bufio.NewWriter(file)
		return errors.Join(write(buffered), buffered.Flush())
	})
	if err != nil {
		return fmt.Errorf("figures: cannot save %q: %w", path, err)
	}
	return nil
}

// withResolution inserts the pHYs chunk, which image/png does not write, after
// the header chunk of an encoded PNG (ISO/IEC 15948, 11.3.5.3).
func withResolution(encoded []byte, dpi int) []byte {
	const header = 8 + 4 + 4 + 13 + 4 // signature; length, type, data and check sum of IHDR
	perMetre := uint32(math.Round(float64(dpi) / 0.0254))
	chunk := []byte("pHYs")
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = binary.BigEndian.AppendUint32(chunk, perMetre)
	chunk = append(chunk, 1) // the unit is the metre

	out := append([]byte(nil), encoded[:header]...)
	out = binary.BigEndian.AppendUint32(out, uint32(len(chunk)-4))
	out = append(out, chunk...)
	out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(chunk))
	return append(out, encoded[header:]...)
}
