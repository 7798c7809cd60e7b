package score

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/experiments/record"
	"vapoflow/experiments/trained"
	"vapoflow/experiments/usage"
	"vapoflow/internal/npz"
	"vapoflow/internal/numbers"
	"vapoflow/vapo/dataset"
)

// inputs are the examples to score. Points are float64 and as they stand in their file, images float32.
type inputs struct {
	info  dataset.Info
	set   dataset.Dataset
	exact []float64 // points in full precision [n, d]; nil where set says all
}

// openInputs opens the user's inputs, which must have the shape of what scores them.
func openInputs(path, root string, by *scored) (*inputs, error) {
	set, err := dataset.Open(path, dataset.Options{Root: root, Size: by.imageSize})
	if errors.Is(err, dataset.ErrFixedSize) { // what was trained on resized images may score others of their shape
		set, err = dataset.Open(path, dataset.Options{Root: root})
	}
	if err != nil {
		return nil, fmt.Errorf("--input: %w", err)
	}
	in := &inputs{info: set.Info(), set: set}
	if in.info.Len == 0 {
		return nil, usage.Errorf("--input %s has no end; give an .npz or .npy file or a folder of images", path)
	}
	if !slices.Equal(in.info.Shape, by.flow.Shape) {
		return nil, fmt.Errorf("--input %s holds examples of shape %v, and %s takes shape %v", path, in.info.Shape, by.name,
			by.flow.Shape)
	}
	if !in.info.IsImage() && in.info.Source == path { // the set has them in float32
		if in.exact, err = readPoints(path); err != nil {
			return nil, fmt.Errorf("--input %s: %w", path, err)
		}
	}
	return in, nil
}

// ReadExample reads the one example of a file or folder, [1, shape...] in float64, of the shape that a potential takes.
func ReadExample(path string, by *trained.Potential) (*tensors.Tensor, error) {
	in, err := openInputs(path, "", &scored{name: by.Name, flow: &by.Model.Flow, imageSize: by.Model.Config.ImageSize})
	if err != nil {
		return nil, err
	}
	if in.info.Len != 1 {
		return nil, usage.Errorf("--input %s holds %d examples; give one", path, in.info.Len)
	}
	row, err := in.rows(0, 1)
	if err != nil {
		return nil, fmt.Errorf("--input: %w", err)
	}
	return examplesTensor(row, by.Model.Shape), nil
}

// readPoints reads the array that dataset.Open takes for points, as float64.
func readPoints(path string) ([]float64, error) {
	x, err := ReadArray(path, "x")
	if err != nil {
		return nil, err
	}
	return numbers.Flat(x), nil
}

// ReadArray reads an .npy file, or of an .npz file the array of a name or the only one.
func ReadArray(path, name string) (*tensors.Tensor, error) {
	if strings.EqualFold(filepath.Ext(path), ".npy") {
		return npz.ReadNPYFile(path)
	}
	arrays, err := record.ReadArrays(path)
	if err != nil {
		return nil, err
	}
	if x := arrays[name]; x != nil {
		return x, nil
	}
	if len(arrays) == 1 {
		for _, x := range arrays {
			return x, nil
		}
	}
	return nil, fmt.Errorf("%s holds %d arrays and none of the name %s; name the one that is meant so", path, len(arrays), name)
}

// rows reads the examples first ≤ i < last, flat.
func (in *inputs) rows(first, last int) ([]float64, error) {
	d := in.info.Size()
	if in.exact != nil {
		return in.exact[first*d : last*d], nil
	}
	narrow, err := dataset.ReadRange(in.set, first, last-first)
	return numbers.Wide(narrow), err
}

// examplesTensor is rows of d values as a tensor [n, shape...]: float64 for points, float32 for images.
func examplesTensor(rows []float64, shape []int) *tensors.Tensor {
	n := len(rows)
	for _, dim := range shape {
		n /= dim
	}
	dtype := dtypes.Float32
	if len(shape) == 1 {
		dtype = dtypes.Float64
	}
	return numbers.Tensor(dtype, rows, append([]int{n}, shape...)...)
}
