package vapo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/float16"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/atomicfile"
	"vapoflow/vapo/potential"
)

// Weights travel as .npz files, one array per variable, which NumPy opens as they are.
// GoMLX's own checkpoints (v0.28) are two files written in place and load lazily with every
// variable trainable, the random state too; here a file is whole or absent.

// saveStore writes every variable of a store to path, atomically.
func saveStore(store *model.Store, path string) error {
	values := map[string]*tensors.Tensor{}
	for v := range store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return fmt.Errorf("vapo: reading variable %s: %w", v.Path(), err)
		}
		values[strings.TrimPrefix(v.Path(), "/")] = value
	}
	return atomicfile.Write(path, func(f *os.File) error { return numpy.ToNpzWriter(values, f) })
}

// readStore reads a file of saveStore. Only the potential's weights come back trainable, and float16 comes back as float32.
func readStore(fsys fs.FS, file string) (*model.Store, error) {
	content, err := fs.ReadFile(fsys, file)
	if err != nil {
		return nil, fmt.Errorf("vapo: reading weights: %w", err)
	}
	values, err := numpy.FromNpzReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("vapo: reading weights %s: %w", file, err)
	}
	store := model.NewStore()
	for name, value := range values {
		v, err := store.CreateVariable("/"+name, single(value))
		if err != nil {
			return nil, fmt.Errorf("vapo: weights %s: variable %q: %w", file, name, err)
		}
		v.SetTrainable(strings.HasPrefix(name, potential.Scope+"/"))
	}
	return store, nil
}

// loadStore reads a file of saveStore by its path.
func loadStore(path string) (*model.Store, error) {
	store, err := readStore(os.DirFS(filepath.Dir(path)), filepath.Base(path))
	if err != nil {
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	return store, nil
}

// single widens a float16 tensor; others are as they were.
func single(value *tensors.Tensor) *tensors.Tensor {
	if value.DType() != dtypes.Float16 {
		return value
	}
	half := tensors.MustCopyFlatData[float16.Float16](value)
	wide := make([]float32, len(half))
	for i, v := range half {
		wide[i] = v.Float32()
	}
	return tensors.FromFlatDataAndDimensions(wide, value.Shape().Dimensions...)
}

// halved is a copy of a store with its trained weights rounded to float16, an error of 2⁻¹¹ relative: half the file, for weights that ship.
// What was fitted to the data, the Gaussian base, stays as it is: its small variances have no float16.
func halved(store *model.Store) (*model.Store, error) {
	out := model.NewStore()
	for v := range store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return nil, fmt.Errorf("vapo: reading variable %s: %w", v.Path(), err)
		}
		if !strings.HasPrefix(v.Path(), fittedScope) && value.DType() == dtypes.Float32 {
			wide := tensors.MustCopyFlatData[float32](value)
			half := make([]float16.Float16, len(wide))
			for i, x := range wide {
				half[i] = float16.FromFloat32(x)
			}
			value = tensors.FromFlatDataAndDimensions(half, value.Shape().Dimensions...)
		} else if value, err = value.LocalClone(); err != nil {
			return nil, fmt.Errorf("vapo: reading variable %s: %w", v.Path(), err)
		}
		if _, err := out.CreateVariable(v.Path(), value); err != nil {
			return nil, fmt.Errorf("vapo: rounding weight %s: %w", v.Path(), err)
		}
	}
	return out, nil
}

// fittedScope is where the Gaussian base keeps what it was fitted to.
const fittedScope = "/" + potential.Scope + "/gaussian/"

// WeightsSHA256 is the hash of a store's variables: names, shapes and bytes in the order of the names.
func WeightsSHA256(store *model.Store) (string, error) {
	var vars []*model.Variable
	for v := range store.IterVariables() {
		vars = append(vars, v)
	}
	sort.Slice(vars, func(i, j int) bool { return vars[i].Path() < vars[j].Path() })
	hash := sha256.New()
	for _, v := range vars {
		fmt.Fprintf(hash, "%s %s\n", v.Path(), v.Shape())
		value, err := v.Value()
		if err != nil {
			return "", fmt.Errorf("vapo: reading variable %s: %w", v.Path(), err)
		}
		if err := value.ConstBytes(func(data []byte) { hash.Write(data) }); err != nil {
			return "", fmt.Errorf("vapo: reading variable %s: %w", v.Path(), err)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
