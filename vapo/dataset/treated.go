package dataset

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"slices"

	"golang.org/x/image/draw"
)

// Treatment is a change that [Treated] makes to every image: [JPEG] or [Resize].
type Treatment struct {
	name  string
	side  int   // of the images afterwards; 0 = as before
	err   error // why it cannot be done
	apply func(*image.RGBA) (*image.RGBA, error)
}

// String says what is done, as titles have it: "JPEG quality 75".
func (t Treatment) String() string { return t.name }

// JPEG writes and reads each image once as JPEG of a quality from 1 to 100, with colours at half the resolution (4:2:0), as
// Go's image/jpeg does.
//
// It makes sets alike of which some were JPEG before: else a score tells them apart by the missing artefacts.
func JPEG(quality int) Treatment {
	t := Treatment{name: fmt.Sprintf("JPEG quality %d", quality)}
	if quality < 1 || quality > 100 {
		t.err = fmt.Errorf("JPEG quality %d; it goes from 1 to 100", quality)
	}
	t.apply = func(picture *image.RGBA) (*image.RGBA, error) {
		var file bytes.Buffer
		if err := jpeg.Encode(&file, picture, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		decoded, err := jpeg.Decode(&file)
		if err != nil {
			return nil, err
		}
		return fit(decoded, decoded.Bounds(), decoded.Bounds().Size(), nil), nil
	}
	return t
}

// Resize crops each image to the square in its middle and resizes that to side×side by antialiased bilinear
// interpolation; an image of that size stays as it is.
func Resize(side int) Treatment {
	t := Treatment{name: fmt.Sprintf("%d×%d", side, side), side: side}
	if side < 1 {
		t.err = fmt.Errorf("a size of %d×%d; it must be at least 1", side, side)
	}
	t.apply = func(picture *image.RGBA) (*image.RGBA, error) {
		b := picture.Bounds()
		return fit(picture, centred(b, min(b.Dx(), b.Dy())), image.Pt(side, side), draw.BiLinear), nil
	}
	return t
}

// Treated returns the colour images of ds after the steps, in their order. Values are rounded to bytes before the first
// step, which makes averages and noise like images from files. The title says what was done.
//
// To compare scores of two sets, give both the same treatment.
func Treated(ds Dataset, steps ...Treatment) (Dataset, error) {
	base := ds.Info()
	if !base.IsImage() || base.Shape[2] != 3 {
		return nil, fmt.Errorf("dataset: %s holds examples of shape %v: only images [height, width, 3] can be treated",
			base.Name, base.Shape)
	}
	info := base
	for _, step := range steps {
		if step.err != nil {
			return nil, fmt.Errorf("dataset: treating %s: %w", base.Name, step.err)
		}
		info = info.derived(step.name)
		info.Title += ", " + step.name
		if step.side > 0 {
			info.Shape = []int{step.side, step.side, 3}
		}
	}
	return &treated{ds: ds, from: base, info: info, steps: slices.Clone(steps)}, nil
}

type treated struct {
	ds    Dataset
	from  Info
	info  Info
	steps []Treatment
}

func (t *treated) Info() Info { return t.info.clone() }

func (t *treated) Read(i int, dst []float32) error {
	if err := t.info.check(i, dst); err != nil {
		return err
	}
	x := make([]float32, t.from.Size())
	if err := t.ds.Read(i, x); err != nil {
		return err
	}
	picture := toPicture(x, t.from.Shape)
	for _, step := range t.steps {
		var err error
		if picture, err = step.apply(picture); err != nil {
			return fmt.Errorf("dataset: image %d of %s, %s: %w", i, t.info.Name, step, err)
		}
	}
	toFloats(dst, picture)
	return nil
}

// toPicture rounds an image [height, width, 3] in [-1, 1] to bytes.
func toPicture(x []float32, shape []int) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, shape[1], shape[0]))
	for k, v := range x {
		picture.Pix[k/3*4+k%3] = toByte(v)
		picture.Pix[k/3*4+3] = 255
	}
	return picture
}
