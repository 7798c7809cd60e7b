package dataset

import (
	"fmt"
	"math"
)

// spacing is the distance of neighbouring levels: the 256 of them fill [-1, 1], both ends included.
const spacing = 2.0 / 255

// redrawn is what a set adds whose examples hold random numbers that training draws anew at each visit.
type redrawn interface {
	// readDraw is Read with the given draw of the random numbers instead of the fixed one.
	readDraw(i int, draw uint64, dst []float32) error
}

// Dequantised returns the images of ds with uniform noise of the width of one level on every value,
//
//	y = x + Δ(u - ½),  u ~ U[0, 1),  Δ = 2/255,
//
// so that a density on real numbers bounds the probability of the bytes (Theis, van den Oord, Bethge 2016,
// arXiv:1511.01844); density.BitsPerDim turns its logarithm into bits per dimension. In units of bytes b it is the usual
// (b + u)/256 but for the scale: y = (256/255)(2(b + u)/256 - 1), which keeps each level in the middle of its cell. Values
// lie in [-1 - Δ/2, 1 + Δ/2).
//
// Read draws the noise of image i from (seed, i), once and for all; [Batches] draws it anew for every visit of a
// training, as a function of its own seed and the step. A value that is none of the 256 levels is an error when it is
// read.
func Dequantised(ds Dataset, seed uint64) (Dataset, error) {
	base := ds.Info()
	if !base.IsImage() {
		return nil, fmt.Errorf("dataset: %s holds points of shape %v: only images of bytes can be dequantised", base.Name, base.Shape)
	}
	info := base.derived(fmt.Sprintf("dequantised, seed %d", seed))
	info.Title += ", dequantised"
	return &dequantised{ds: ds, info: info, seed: seed}, nil
}

type dequantised struct {
	ds   Dataset
	info Info
	seed uint64
}

var _ redrawn = (*dequantised)(nil)

func (d *dequantised) Info() Info { return d.info.clone() }

func (d *dequantised) Read(i int, dst []float32) error { return d.readDraw(i, 0, dst) }

func (d *dequantised) readDraw(i int, draw uint64, dst []float32) error {
	if err := d.ds.Read(i, dst); err != nil {
		return err
	}
	r := source(d.seed^draw, uint64(i))
	for k, x := range dst {
		if math.Abs(float64(x-level[toByte(x)])) > 1e-5 {
			return fmt.Errorf("dataset: image %d of %s holds %v, which is none of the 256 levels of bytes: it cannot be dequantised", i, d.info.Name, x)
		}
		dst[k] = float32(float64(x) + spacing*(r.Float64()-0.5))
	}
	return nil
}

// Bytes maps pixels in [-1, 1] to the nearest of the levels 0 … 255, clipping what lies outside.
func Bytes(x []float32) []uint8 {
	out := make([]uint8, len(x))
	for i, v := range x {
		out[i] = toByte(v)
	}
	return out
}

// toByte is the byte whose level is nearest to x.
func toByte(x float32) uint8 { return uint8(127.5*(min(max(x, -1), 1)+1) + 0.5) }
