package dataset

import (
	"archive/zip"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"vapoflow/internal/filehash"
	"vapoflow/internal/npz"
	"vapoflow/internal/regular"

	"github.com/gomlx/gomlx/core/tensors"
)

// openArrays reads the user's own .npz or .npy file: points [n, d] in float32 or float64, or images
// [n, height, width, channels] in uint8 (0 to 255) or in floating point (-1 to 1). In an .npz the array is called x
// (x_test for the test split), or is the only one. Points are taken as they are: coordinates of order one suit a
// prior N(0, ω² I) with ω = 1.
func openArrays(path string, opt Options) (Dataset, error) {
	tensor, err := readArray(path, opt.Split)
	if err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", path, err)
	}
	defer tensor.MustFinalizeAll()
	shape := tensor.Shape().Dimensions
	if len(shape) != 2 && len(shape) != 4 {
		return nil, fmt.Errorf("dataset: %s: the array has shape %v; expected points [n, d] or images [n, height, width, "+
			"channels]", path, shape)
	}
	if tensor.Size() == 0 {
		return nil, fmt.Errorf("dataset: %s: the array has shape %v: it holds nothing", path, shape)
	}
	sum, err := filehash.SHA256(path)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	info := Info{
		Name:   path,
		Title:  filepath.Base(path) + " (own data)",
		Shape:  slices.Clone(shape[1:]),
		Len:    shape[0],
		SHA256: sum,
		Source: path,
	}
	ds, err := fromTensor(info, tensor)
	if err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", path, err)
	}
	return ds, nil
}

// readArray returns the wanted array of a file as a tensor.
func readArray(path, split string) (*tensors.Tensor, error) {
	if strings.EqualFold(filepath.Ext(path), ".npy") {
		if split == "test" {
			return nil, fmt.Errorf("%w: an .npy file has no test split: use an .npz file with arrays x and x_test", ErrMissing)
		}
		return npz.ReadNPYFile(path)
	}
	packed, size, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	archive, err := zip.NewReader(packed, size)
	if err != nil {
		return nil, fmt.Errorf("not an .npz file: %w", err)
	}
	member, err := chooseArray(archive.File, split)
	if err != nil {
		return nil, err
	}
	return npz.ReadMember(member)
}

// chooseArray finds x, or the only array; for the test split, x_test.
func chooseArray(members []*zip.File, split string) (*zip.File, error) {
	want := "x"
	if split == "test" {
		want = "x_test"
	}
	var names []string
	var only *zip.File
	for _, member := range members {
		name, isArray := strings.CutSuffix(member.Name, ".npy")
		if isArray && name == want {
			return member, nil
		}
		if isArray {
			names, only = append(names, name), member
		}
	}
	if len(names) == 1 && split != "test" && names[0] != "x_test" {
		return only, nil
	}
	err := fmt.Errorf("no array is called %s; the file holds [%s]", want, strings.Join(names, ", "))
	if split == "test" {
		err = fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return nil, err
}

// fromTensor copies the values into a set after checking them.
func fromTensor(info Info, tensor *tensors.Tensor) (ds Dataset, err error) {
	accessErr := tensor.ConstFlatData(func(flat any) {
		switch values := flat.(type) {
		case []uint8:
			if !info.IsImage() {
				err = errors.New("points must be float32 or float64, found uint8")
				return
			}
			ds = &Images{info: info, pixels: slices.Clone(values)}
		case []float32:
			ds, err = newArray(info, values)
		case []float64:
			ds, err = newArray(info, values)
		default:
			err = fmt.Errorf("values of type %s; expected float32 or float64, or uint8 for images", tensor.DType())
		}
	})
	return ds, errors.Join(accessErr, err)
}

func newArray[T float32 | float64](info Info, values []T) (Dataset, error) {
	a := &array{info: info, x: make([]float32, len(values))}
	for k, v := range values {
		x := float32(v)
		if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
			return nil, fmt.Errorf("row %d holds %v (value %d of %d in that row); remove such rows",
				k/info.Size(), v, k%info.Size(), info.Size())
		}
		if info.IsImage() && (x < -1 || x > 1) {
			return nil, fmt.Errorf("image %d holds %v; floating-point images must lie in [-1, 1], bytes (uint8) in 0 to 255",
				k/info.Size(), v)
		}
		a.x[k] = x
	}
	return a, nil
}
