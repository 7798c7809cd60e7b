package measure

import (
	"fmt"

	"vapoflow/experiments/record"
	"vapoflow/vapo/dataset"
)

// Set is images as a data set of a name.
type Set struct {
	Name string
	record.Images
}

// Info describes the set.
func (s Set) Info() dataset.Info {
	return dataset.Info{Name: s.Name, Title: s.Name, Shape: s.Shape, Len: s.Len()}
}

// Read gives the image i in [-1, 1].
func (s Set) Read(i int, dst []float32) error {
	if i < 0 || i >= s.Len() || len(dst) != s.Size() {
		return fmt.Errorf("%s: no image %d of %d values: it holds %d of %d", s.Name, i, len(dst), s.Len(), s.Size())
	}
	copy(dst, Floats(s.Pixels[i*s.Size():][:s.Size()]))
	return nil
}
