package metric

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"
)

// An Extractor turns images into the features that [FID], [KID], [PrecisionRecall] and [Nearest] compare.
type Extractor interface {
	// Name tells one extractor from another in records and captions, as in "FID (pixels)".
	Name() string
	// Dim is the number of features of an image.
	Dim() int
	// Comparable reports whether distances by these features may stand beside published ones: true only for the network,
	// weights and resizing that publications use. Captions of the others say "not comparable with published FID".
	Comparable() bool
	// Features maps images [n, height, width, channels], float32 in [-1, 1], to a new tensor [n, Dim], float32 or float64, of
	// which row i depends on image i alone. It fails on images of a shape that it does not take.
	Features(images *tensors.Tensor) (*tensors.Tensor, error)
}

// Pixels are images as their own features: flattened, unchanged. It needs no weights, for neighbours in pixel space and for
// trying out a chain of measurements; distances between distributions of pixels say little of what is seen.
type Pixels struct {
	Height, Width, Channels int
}

var _ Extractor = Pixels{}

// Name is "pixels".
func (Pixels) Name() string { return "pixels" }

// Dim is Height·Width·Channels.
func (p Pixels) Dim() int { return p.Height * p.Width * p.Channels }

// Comparable is false.
func (Pixels) Comparable() bool { return false }

// Features flattens images [n, Height, Width, Channels] to [n, Dim] float64; other shapes, and values that are not finite,
// are errors.
func (p Pixels) Features(images *tensors.Tensor) (*tensors.Tensor, error) {
	x, err := flatten("Pixels: images", images)
	if err != nil {
		return nil, err
	}
	dims := images.Shape().Dimensions
	if len(dims) != 4 || dims[1] != p.Height || dims[2] != p.Width || dims[3] != p.Channels {
		return nil, fmt.Errorf("metric: Pixels: images %s; want [n, %d, %d, %d]", images.Shape(), p.Height, p.Width, p.Channels)
	}
	return tensors.FromFlatDataAndDimensions(x.flat, x.n, x.d), nil
}
