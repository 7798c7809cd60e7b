package dataset

import "fmt"

// Images is a finite set of images in memory, one byte per value. They become float32 only when read, so that
// CIFAR-10 takes 150 MB and not 600.
type Images struct {
	info   Info
	pixels []uint8 // [Len, height, width, channels]
	labels []uint8 // [Len], nil where the source has none
}

// Info describes the set.
func (s *Images) Info() Info { return s.info.clone() }

// Read writes image i, [height, width, channels] with values in [-1, 1], to dst.
func (s *Images) Read(i int, dst []float32) error {
	if err := s.info.check(i, dst); err != nil {
		return err
	}
	for k, v := range s.pixels[i*len(dst):][:len(dst)] {
		dst[k] = level[v]
	}
	return nil
}

// Label returns the class of image i. It is an error where the source has no labels (arrays and folders).
func (s *Images) Label(i int) (int, error) {
	if s.labels == nil {
		return 0, fmt.Errorf("dataset: %s has no labels", s.info.Name)
	}
	if i < 0 || i >= len(s.labels) {
		return 0, fmt.Errorf("dataset: %s has no example %d: it holds %s", s.info.Name, i, s.info.count())
	}
	return int(s.labels[i]), nil
}

// level maps a byte to [-1, 1]: x/127.5 - 1, with 0 and 255 at the exact ends.
var level = func() (t [256]float32) {
	for v := range t {
		t[v] = float32(float64(v)/127.5 - 1)
	}
	return t
}()
