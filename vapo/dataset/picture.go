package dataset

import (
	"bytes"
	"fmt"
	"image"

	"vapoflow/internal/budget"
)

// maxPixels is the most that a picture may declare, 14,000 on a side: a few kilobytes can declare a thousand times that, and
// decoders make room for it before they read on.
const maxPixels = 200e6

// mostPacked is more pixels than a byte of a file can hold: one bit each, packed 1032-fold by deflate.
const mostPacked = 10_000

// decodePicture decodes a file's bytes after a look at the size that they declare.
func decodePicture(raw []byte) (image.Image, error) {
	if _, err := pictureSize(raw); err != nil {
		return nil, err
	}
	picture, _, err := image.Decode(bytes.NewReader(raw))
	return picture, err
}

// pictureSize is the size that a file's first bytes declare.
func pictureSize(raw []byte) (image.Point, error) {
	config, _, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return image.Point{}, err
	}
	if float64(config.Width)*float64(config.Height) > maxPixels {
		return image.Point{}, fmt.Errorf("it declares %d×%d pixels; at most %.0f million are read",
			config.Width, config.Height, maxPixels/1e6)
	}
	if float64(config.Width)*float64(config.Height) > mostPacked*float64(len(raw)) {
		return image.Point{}, fmt.Errorf("it declares %d×%d pixels in %d bytes, more than can be packed in them",
			config.Width, config.Height, len(raw))
	}
	return image.Pt(config.Width, config.Height), nil
}

// checkImages refuses images that would be more than the memory: each of the given side in float32, n of them in bytes.
func checkImages(n int, side image.Point) error {
	values := 3 * float64(side.X) * float64(side.Y)
	return budget.Check(fmt.Sprintf("%d images of %d×%d", n, side.X, side.Y), values*float64(max(n, 4)))
}
