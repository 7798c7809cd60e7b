package vapo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/float16"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"

	"vapoflow/internal/atomicfile"
	"vapoflow/internal/npz"
	"vapoflow/internal/regular"
	"vapoflow/vapo/internal/variables"
	"vapoflow/vapo/potential"
)

// Weights travel as .npz files, one array per variable, which NumPy opens as they are.
// GoMLX's own checkpoints (v0.28) are two files written in place and load lazily with every
// variable trainable, the random state too; here a file is whole or absent.

// A file's comment, which NumPy passes over, is its seal: what it holds and where it was trained. Files older than seals have
// none.
type seal struct {
	SHA256   string   `json:"sha256"`             // WeightsSHA256 of the variables as they are in the file
	Backends []string `json:"backends,omitempty"` // that trained them, in their order
}

// saveStore writes every variable of a store to path, atomically.
func saveStore(store *model.Store, path string, backends []string) error {
	hash, err := WeightsSHA256(store)
	if err != nil {
		return err
	}
	values := map[string]*tensors.Tensor{}
	for v := range store.IterVariables() {
		value, err := v.Value()
		if err != nil {
			return fmt.Errorf("vapo: reading variable %s: %w", v.Path(), err)
		}
		values[strings.TrimPrefix(v.Path(), "/")] = value
	}
	comment, _ := json.Marshal(seal{hash, backends}) // text always encodes
	return atomicfile.Write(path, func(f *os.File) error { return npz.Write(f, values, string(comment)) })
}

// readStore reads a file of saveStore and compares its checksums and its seal: an error wraps [ErrDamaged] where they differ.
// Only the potential's weights come back trainable, and float16 comes back as float32. The seal's hash is that of the file, with
// or without a comment.
func readStore(fsys fs.FS, file string) (*model.Store, seal, error) {
	content, err := regular.ReadFS(fsys, file, math.MaxInt64)
	if err != nil {
		return nil, seal{}, fmt.Errorf("vapo: reading weights: %w", err)
	}
	values, comment, err := npz.Read(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, seal{}, fmt.Errorf("vapo: reading weights %s: %w", file, err)
	}
	stored, store := model.NewStore(), model.NewStore()
	for name, value := range values {
		if _, err := stored.CreateVariable("/"+name, value); err != nil {
			return nil, seal{}, fmt.Errorf("vapo: weights %s: variable %q: %w", file, name, err)
		}
		v, err := store.CreateVariable("/"+name, single(value))
		if err != nil {
			return nil, seal{}, fmt.Errorf("vapo: weights %s: variable %q: %w", file, name, err)
		}
		v.SetTrainable(strings.HasPrefix(name, potential.Scope+"/"))
	}
	is, err := WeightsSHA256(stored)
	if err != nil {
		return nil, seal{}, err
	}
	said := seal{SHA256: is}
	if comment != "" {
		if err := json.Unmarshal([]byte(comment), &said); err != nil || said.SHA256 != is {
			return nil, seal{}, fmt.Errorf("vapo: weights %s: %w: their sha256 is %.12s, the file's seal says %.80q",
				file, ErrDamaged, is, comment)
		}
	}
	return store, said, nil
}

// ErrDamaged is wrapped by the error of weights or a checkpoint that are there and are not what was written.
var ErrDamaged = npz.ErrDamaged

// loadStore reads a file of saveStore by its path.
func loadStore(path string) (*model.Store, seal, error) {
	store, said, err := readStore(os.DirFS(filepath.Dir(path)), filepath.Base(path))
	if err != nil {
		return nil, seal{}, fmt.Errorf("%w (%s)", err, path)
	}
	return store, said, nil
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

// halved is a copy of a store with its trained weights rounded to float16, an error of 2⁻¹¹ relative: half the file, for weights
// that ship. What was fitted to the data, the Gaussian base, stays as it is: its small variances have no float16.
func halved(store *model.Store) (*model.Store, error) {
	out, err := variables.Copy(store, func(v *model.Variable) (*tensors.Tensor, error) {
		if strings.HasPrefix(v.Path(), fittedScope) || v.DType() != dtypes.Float32 {
			return variables.Clone(v)
		}
		value, err := v.Value()
		if err != nil {
			return nil, err
		}
		wide := tensors.MustCopyFlatData[float32](value)
		half := make([]float16.Float16, len(wide))
		for i, x := range wide {
			half[i] = float16.FromFloat32(x)
		}
		return tensors.FromFlatDataAndDimensions(half, value.Shape().Dimensions...), nil
	})
	if err != nil {
		return nil, fmt.Errorf("vapo: %w", err)
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
