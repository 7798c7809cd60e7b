package sample

import (
	"archive/zip"
	"encoding/binary"
	"fmt"
	"image"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"

	"vapoflow/experiments/usage"
	"vapoflow/internal/atomicfile"
	"vapoflow/vapo/dataset"
)

// intoFile writes an .npz, of which only one batch is in memory at a time.
func (j *Sampling) intoFile(draw func(sink) error) error {
	shape := j.by.Model.Shape
	array := stream{image: len(shape) == 3}
	descr := "<f4"
	if array.image {
		descr = "|u1"
	}
	return atomicfile.Write(j.out, func(f *os.File) error {
		archive := zip.NewWriter(f)
		member := func(name string) (io.Writer, error) { // stored, as numpy.savez does
			return archive.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		}
		w, err := member("x.npy")
		if err != nil {
			return err
		}
		array.w = w
		if _, err := w.Write(npyHeader(descr, append([]int{j.last - j.first}, shape...))); err != nil {
			return err
		}
		if err := draw(array); err != nil {
			return err
		}
		for _, small := range []struct {
			name  string
			value *tensors.Tensor
		}{
			{"grid", tensors.FromValue(j.Grid)},
			{"range", tensors.FromValue([]int64{int64(j.first), int64(j.last)})},
			{"seed", tensors.FromScalar(j.Decides.Seed)},
		} {
			w, err := member(small.name + ".npy")
			if err == nil {
				err = numpy.ToNpyWriter(small.value, w)
			}
			if err != nil {
				return err
			}
		}
		if w, err = member(provenanceFile); err != nil {
			return err
		}
		if _, err := w.Write(j.json()); err != nil {
			return err
		}
		return archive.Close()
	})
}

// npyHeader is what comes before the values of an array in NumPy's format, version 1.0.
func npyHeader(descr string, dims []int) []byte {
	text := fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", descr,
		strings.Trim(strings.Join(strings.Fields(fmt.Sprint(dims)), ", "), "[]"))
	text += strings.Repeat(" ", (64-(10+len(text)+1)%64)%64) + "\n"
	return append(binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(text))), text...)
}

// stream is an array that is written as it comes.
type stream struct {
	w     io.Writer
	image bool
}

func (stream) has(int) bool { return false }

func (s stream) write(_ int, x []float32) error {
	if s.image {
		_, err := s.w.Write(dataset.Bytes(x))
		return err
	}
	return binary.Write(s.w, binary.LittleEndian, x)
}

// checkPNG says what cannot be a PNG.
func checkPNG(shape []int) error {
	if len(shape) == 3 && (shape[2] == 1 || shape[2] == 3) {
		return nil
	}
	return usage.Errorf("sample: --out: only images of 1 or 3 channels go to a folder, and the samples have shape %v; name a "+
		"file that ends with .npz", shape)
}

// intoFolder writes one PNG for each sample.
func (j *Sampling) intoFolder(draw func(sink) error) error {
	return draw(folder{j.out, j.by.Model.Shape})
}

type folder struct {
	dir   string
	shape []int // [height, width, channels]
}

func (f folder) path(i int) string { return filepath.Join(f.dir, fmt.Sprintf("%06d.png", i)) }

func (f folder) has(i int) bool {
	_, err := os.Stat(f.path(i))
	return err == nil
}

func (f folder) write(i int, x []float32) error {
	picture := picture(dataset.Bytes(x), f.shape[0], f.shape[1])
	return atomicfile.Write(f.path(i), func(w *os.File) error { return png.Encode(w, picture) })
}

// picture is an image of grey or RGB bytes.
func picture(pixels []uint8, height, width int) image.Image {
	frame := image.Rect(0, 0, width, height)
	if len(pixels) == height*width {
		return &image.Gray{Pix: pixels, Stride: width, Rect: frame}
	}
	rgb := image.NewNRGBA(frame)
	for i := range height * width {
		copy(rgb.Pix[4*i:], pixels[3*i:3*i+3])
		rgb.Pix[4*i+3] = 255
	}
	return rgb
}
