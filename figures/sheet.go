package figures

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"math"

	"gonum.org/v1/plot/vg"
	vgdraw "gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
)

// SheetData is a grid of images of one size, row by row.
type SheetData struct {
	Pixels        []uint8 // [n, Height, Width, 3] red, green, blue
	Height, Width int     // of one image in pixels
	Columns       int     // 0: the smallest number that makes no more rows than columns
	Zoom          int     // pixels of the sheet for one of an image, along each side; 0 means 3
	Title         string  // on a strip above, such as what the images are not; may be empty
}

// Sheet lays images out at integer zoom, so that each pixel stays a square of
// one colour, with a gap one image pixel wide. It fails when Pixels does not
// hold a whole number of images.
func Sheet(d SheetData) (*Figure, error) {
	size := d.Height * d.Width * 3
	if d.Height < 1 || d.Width < 1 || len(d.Pixels) == 0 || len(d.Pixels)%size != 0 {
		return nil, fmt.Errorf("figures: %d bytes are no sheet of %d × %d RGB images: want a multiple of %d",
			len(d.Pixels), d.Height, d.Width, size)
	}
	if d.Columns < 0 || d.Zoom < 0 {
		return nil, fmt.Errorf("figures: a sheet with %d columns at zoom %d: want positive numbers, or 0 for the default",
			d.Columns, d.Zoom)
	}
	n := len(d.Pixels) / size
	columns := d.Columns
	if columns == 0 {
		columns = int(math.Ceil(math.Sqrt(float64(n))))
	}
	zoom := d.Zoom
	if zoom == 0 {
		zoom = 3
	}
	rows := (n + columns - 1) / columns
	stepX, stepY := (d.Width+1)*zoom, (d.Height+1)*zoom
	width, height := columns*stepX+zoom, rows*stepY+zoom

	strip := titleStrip(d.Title, width)
	page := image.NewRGBA(image.Rect(0, 0, width, strip.Bounds().Dy()+height))
	draw.Draw(page, page.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(page, strip.Bounds(), strip, image.Point{}, draw.Src)
	for i := range n {
		corner := image.Pt(zoom+i%columns*stepX, strip.Bounds().Dy()+zoom+i/columns*stepY)
		enlarge(page, corner, d.Pixels[i*size:(i+1)*size], d.Width, zoom)
	}
	pixel := vg.Inch / 96
	return &Figure{DPI: printDPI, pixels: page,
		width: vg.Length(width) * pixel, height: vg.Length(page.Bounds().Dy()) * pixel}, nil
}

// enlarge copies an image of the given width to page at corner.
func enlarge(page *image.RGBA, corner image.Point, pixels []uint8, width, zoom int) {
	for k := 0; k < len(pixels); k += 3 {
		x, y := corner.X+k/3%width*zoom, corner.Y+k/3/width*zoom
		c := color.RGBA{R: pixels[k], G: pixels[k+1], B: pixels[k+2], A: 0xff}
		for j := range zoom {
			for i := range zoom {
				page.SetRGBA(x+i, y+j, c)
			}
		}
	}
}

// titleStrip sets a title on white, width pixels wide and as high as it needs.
func titleStrip(title string, width int) image.Image {
	if title == "" {
		return image.NewRGBA(image.Rect(0, 0, 0, 0))
	}
	// At 72 dots per inch one point is one pixel.
	size := vg.Length(math.Max(10, math.Min(20, float64(width)/40)))
	lines := wrap(size, vg.Length(width)-size, title)
	line := lineHeight * size
	height := vg.Length(math.Ceil(float64(vg.Length(len(lines))*line + 0.5*size)))
	canvas := vgimg.NewWith(vgimg.UseWH(vg.Length(width), height), vgimg.UseDPI(72))
	c := vgdraw.New(canvas)
	for i, text := range lines {
		drawText(c, textStyle{size: size, color: ink, h: 0.5, v: 0.5},
			vg.Point{X: vg.Length(width) / 2, Y: height - 0.25*size - (vg.Length(i)+0.5)*line}, text)
	}
	return canvas.Image()
}
