package record

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/npz"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"
)

// Arrays names what an .npz file holds and points to it in the program: there it is saved from, and loaded to. One of them is a
// number (*float64, *int), numbers in rectangular slices and arrays of any depth (*[]float64, *[][2]float64), kept in float64, or
// *[Images].
type Arrays map[string]any

// optional is an array that a file may lack.
type optional struct{ to any }

// Optional is an array that is not saved where it is empty, and left as it is where the file lacks it.
func Optional(to any) any { return optional{to} }

// Save writes the arrays to path, in the order of their names, so that the same arrays make the same bytes.
func (a Arrays) Save(path string) error {
	flat := map[string]*tensors.Tensor{}
	for name, to := range a {
		maybe, may := to.(optional)
		if may {
			to = maybe.to
		}
		t, err := tensorOf(to)
		if errors.Is(err, errEmpty) && may {
			continue
		}
		if err != nil {
			return fmt.Errorf("record: writing %s: array %q: %w", path, name, err)
		}
		flat[name] = t
	}
	return WriteArrays(path, flat)
}

// Load reads the arrays from path. One that is missing, or of another rank, length or type than what it is loaded to, is an
// error.
func (a Arrays) Load(path string) error {
	read, err := ReadArrays(path)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(a)) {
		to, t := a[name], read[name]
		if maybe, may := to.(optional); may {
			if to = maybe.to; t == nil {
				continue
			}
		}
		if t == nil {
			return fmt.Errorf("record: %s has no array %q; it has %v", path, name, slices.Sorted(maps.Keys(read)))
		}
		if err := fill(to, t); err != nil {
			return fmt.Errorf("record: %s: array %q: %w", path, name, err)
		}
	}
	return nil
}

var errEmpty = errors.New("it is empty")

// tensorOf is what a pointer points to.
func tensorOf(to any) (*tensors.Tensor, error) {
	if images, ok := to.(*Images); ok {
		if len(images.Pixels) == 0 {
			return nil, errEmpty
		}
		return images.Tensor(), nil
	}
	value := reflect.ValueOf(to).Elem()
	var dims []int
	for v := value; v.Kind() == reflect.Slice || v.Kind() == reflect.Array; v = v.Index(0) {
		if dims = append(dims, v.Len()); v.Len() == 0 {
			return nil, errEmpty
		}
	}
	flat, err := flatten(nil, value, dims)
	if err != nil {
		return nil, err
	}
	return tensors.FromFlatDataAndDimensions(flat, dims...), nil
}

func flatten(flat []float64, v reflect.Value, dims []int) ([]float64, error) {
	if len(dims) == 0 {
		return append(flat, v.Convert(reflect.TypeFor[float64]()).Float()), nil
	}
	if v.Len() != dims[0] {
		return nil, fmt.Errorf("a row has %d values and the first one %d", v.Len(), dims[0])
	}
	var err error
	for i := range dims[0] {
		if flat, err = flatten(flat, v.Index(i), dims[1:]); err != nil {
			return nil, err
		}
	}
	return flat, nil
}

// fill sets what a pointer points to.
func fill(to any, t *tensors.Tensor) error {
	if images, ok := to.(*Images); ok {
		return images.set(t)
	}
	value, dims := reflect.ValueOf(to).Elem(), t.Shape().Dimensions
	rank := 0
	for of := value.Type(); of.Kind() == reflect.Slice || of.Kind() == reflect.Array; of = of.Elem() {
		if rank < len(dims) && of.Kind() == reflect.Array && of.Len() != dims[rank] {
			return fmt.Errorf("its shape is %v, and axis %d should have %d", dims, rank, of.Len())
		}
		rank++
	}
	if t.DType() != dtypes.Float64 || len(dims) != rank {
		return fmt.Errorf("it is %s, and should be float64 of rank %d", t.Shape(), rank)
	}
	flat, err := tensors.CopyFlatData[float64](t)
	if err == nil {
		unflatten(value, flat, dims)
	}
	return err
}

func unflatten(v reflect.Value, flat []float64, dims []int) {
	if len(dims) == 0 {
		v.Set(reflect.ValueOf(flat[0]).Convert(v.Type()))
		return
	}
	if v.Kind() == reflect.Slice {
		v.Set(reflect.MakeSlice(v.Type(), dims[0], dims[0]))
	}
	size := len(flat) / max(1, dims[0])
	for i := range dims[0] {
		unflatten(v.Index(i), flat[i*size:][:size], dims[1:])
	}
}

// Images are images of bytes.
type Images struct {
	Shape  []int   // of one: height, width, channels
	Pixels []uint8 // [n, height, width, channels]
}

// Size is the number of values of one image.
func (i Images) Size() int { return i.Shape[0] * i.Shape[1] * i.Shape[2] }

// Len is how many there are.
func (i Images) Len() int { return len(i.Pixels) / i.Size() }

// First are the first n.
func (i Images) First(n int) Images { return Images{i.Shape, i.Pixels[:n*i.Size()]} }

// Tensor is [n, height, width, channels].
func (i Images) Tensor() *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(i.Pixels, append([]int{i.Len()}, i.Shape...)...)
}

func (i *Images) set(t *tensors.Tensor) (err error) {
	if t.DType() != dtypes.Uint8 || t.Rank() != 4 {
		return fmt.Errorf("it is %s, and images are uint8 of rank 4", t.Shape())
	}
	i.Shape = t.Shape().Dimensions[1:]
	i.Pixels, err = tensors.CopyFlatData[uint8](t)
	return err
}

// WriteArrays writes named arrays to path as .npz, in the order of their names, so that the same
// arrays make the same bytes.
func WriteArrays(path string, arrays map[string]*tensors.Tensor) error {
	err := atomicfile.Write(path, func(f *os.File) error { return npz.Write(f, arrays, "") })
	if err != nil {
		return fmt.Errorf("record: writing %s: %w", path, err)
	}
	return nil
}

// ReadArrays reads the arrays of an .npz file and compares their checksums.
func ReadArrays(path string) (map[string]*tensors.Tensor, error) {
	arrays, _, err := npz.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("record: reading %s: %w", path, err)
	}
	return arrays, nil
}
