package measure

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"vapoflow/experiments/record"
	"vapoflow/internal/npz"
	"vapoflow/vapo/dataset"
	"vapoflow/vapo/flow"
)

// Samples are images that a flow drew, the first of its seed, and what that took.
type Samples struct {
	record.Images
	Grid []float64 // of the solver
	NFE  float64   // evaluations of ∇Φ for an image
}

// Arrays are those of a file of samples.
func (s *Samples) Arrays() record.Arrays {
	return record.Arrays{"images": &s.Images, "grid": &s.Grid, "nfe": &s.NFE}
}

// Draw draws further images, until there are n. tell is told how many there are.
func (s *Samples) Draw(ctx context.Context, by *flow.Sampler, n int, tell func(done int)) error {
	have := s.Len()
	err := by.Draw(ctx, have, n-have, func(i int, x []float32) error {
		s.Pixels = append(s.Pixels, dataset.Bytes(x)...)
		tell(i + 1)
		return nil
	})
	s.Grid, s.NFE = by.Grid, float64(by.NFE)
	return err
}

// Kept draws the first n images of a shape, or takes them from the file of an earlier call and draws what is missing, by the
// sampler that is opened then. say is told a line.
func Kept(ctx context.Context, file string, shape []int, n int, open func() (*flow.Sampler, error),
	say func(format string, args ...any), tell func(done int)) (Samples, error) {
	s := Samples{Images: record.Images{Shape: shape}}
	switch err := s.Arrays().Load(file); {
	case errors.Is(err, npz.ErrDamaged):
		say("%v: its samples are drawn again", err)
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return s, err
	}
	if have := s.Len(); have < n {
		say("drawing %d samples", n-have)
		by, err := open()
		if err != nil {
			return s, err
		}
		if err := s.Draw(ctx, by, n, tell); err != nil {
			return s, err
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return s, err
		}
		if err := s.Arrays().Save(file); err != nil {
			return s, err
		}
	}
	s.Images = s.First(n)
	return s, nil
}

// FirstOf are the first n images of a set, or all of a smaller one.
func FirstOf(data dataset.Dataset, n int) (record.Images, error) {
	info := data.Info()
	values, err := dataset.ReadRange(data, 0, AtMost(n, info))
	return record.Images{Shape: info.Shape, Pixels: dataset.Bytes(values)}, err
}

// AtMost is n, or the size of a set that is smaller.
func AtMost(n int, info dataset.Info) int {
	if info.Len > 0 {
		return min(n, info.Len)
	}
	return n
}

// Floats maps bytes from 0 … 255 to [-1, 1].
func Floats(pixels []uint8) []float32 {
	out := make([]float32, len(pixels))
	for i, p := range pixels {
		out[i] = float32(p)/127.5 - 1
	}
	return out
}
