// Package ramp is what testdata/good.ipynb imports from the module around it.
package ramp

import (
	"image"
	"image/color"
)

// Picture is a size×size picture that goes from black at the left to white at the right.
func Picture(size int) image.Image {
	picture := image.NewGray(image.Rect(0, 0, size, size))
	for x := range size {
		for y := range size {
			picture.SetGray(x, y, color.Gray{Y: uint8(255 * x / max(size-1, 1))})
		}
	}
	return picture
}
