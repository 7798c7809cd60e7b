package dataset

import (
	"fmt"
	"image"
	"io/fs"

	"golang.org/x/image/draw"

	"vapoflow/internal/regular"
)

// pictures is a set of image files, in a folder or an archive, that are decoded as they are read: nothing of them stays
// in memory, so that 200,000 take no more than their names.
type pictures struct {
	info  Info
	files fs.FS
	names []string    // of the files, in order
	found image.Point // size that all files must have
	crop  int         // side of the square in the middle that is taken
	side  int         // to which it is resized
}

func (p *pictures) Info() Info { return p.info.clone() }

func (*pictures) sized() {}

// Read decodes image i. It takes about a millisecond, which [Batches] spends on all cores, and training ahead of need.
func (p *pictures) Read(i int, dst []float32) error {
	if err := p.info.check(i, dst); err != nil {
		return err
	}
	picture, err := p.decode(p.names[i])
	if err != nil {
		return fmt.Errorf("dataset: %s: %w", p.info.Source, err)
	}
	toFloats(dst, fit(picture, centred(picture.Bounds(), p.crop), image.Pt(p.side, p.side), draw.BiLinear))
	return nil
}

func (p *pictures) decode(name string) (image.Image, error) {
	raw, err := regular.ReadFS(p.files, name, maxPicture)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	picture, err := decodePicture(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if size := picture.Bounds().Size(); size != p.found {
		return nil, fmt.Errorf("%s is %d×%d, expected %d×%d", name, size.X, size.Y, p.found.X, p.found.Y)
	}
	return picture, nil
}

// centred is the square of that side in the middle of b, half a pixel to the top left where it cannot be.
func centred(b image.Rectangle, side int) image.Rectangle {
	corner := b.Min.Add(image.Pt((b.Dx()-side)/2, (b.Dy()-side)/2))
	return image.Rectangle{Min: corner, Max: corner.Add(image.Pt(side, side))}
}

// fit resizes the part crop of a picture to size. A kernel such as draw.BiLinear is widened where pixels become fewer,
// as in the Python Imaging Library, so that nothing aliases. Transparent pixels lie on black.
func fit(picture image.Image, crop image.Rectangle, size image.Point, kernel draw.Scaler) *image.RGBA {
	canvas := image.NewRGBA(image.Rectangle{Max: size})
	if crop.Size() == size {
		draw.Copy(canvas, image.Point{}, picture, crop, draw.Src, nil)
	} else {
		kernel.Scale(canvas, canvas.Bounds(), picture, crop, draw.Src, nil)
	}
	return canvas
}

// toFloats writes a picture as [height, width, 3] in [-1, 1] to dst.
func toFloats(dst []float32, picture *image.RGBA) {
	for k := range dst {
		dst[k] = level[picture.Pix[k/3*4+k%3]]
	}
}
