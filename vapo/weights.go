package vapo

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"sort"
	"strings"

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

// loadStore reads a file of saveStore. Only the potential's weights come back trainable.
func loadStore(path string) (*model.Store, error) {
	values, err := numpy.FromNpzFile(path)
	if err != nil {
		return nil, fmt.Errorf("vapo: reading weights %s: %w", path, err)
	}
	store := model.NewStore()
	for name, value := range values {
		v, err := store.CreateVariable("/"+name, value)
		if err != nil {
			return nil, fmt.Errorf("vapo: weights %s: variable %q: %w", path, name, err)
		}
		v.SetTrainable(strings.HasPrefix(name, potential.Scope+"/"))
	}
	return store, nil
}

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
