package metric

import "github.com/gomlx/gomlx/core/tensors"

// An Extractor turns images into the features that [FID], [KID], [PrecisionRecall] and [NearestSearch] compare.
type Extractor interface {
	// Name tells one extractor from another in records and captions, as in "FID (random convolutions)".
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
