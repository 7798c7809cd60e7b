package inception

import (
	"bufio"
	"bytes"
	"fmt"
	"slices"

	"github.com/nlpodyssey/gopickle/pickle"
	"github.com/nlpodyssey/gopickle/types"
)

// A storage is a run of elements that tensors look at.
type storage struct {
	key    string
	kind   kind
	count  int
	values []float32 // nil for integers
}

// fill decodes the storage's bytes.
func (s *storage) fill(content []byte) error {
	if len(content) != s.count*s.kind.size {
		return fmt.Errorf("storage %q has %d bytes; want %d", s.key, len(content), s.count*s.kind.size)
	}
	if s.kind.decode == nil {
		return nil
	}
	s.values = make([]float32, s.count)
	for i := range s.values {
		s.values[i] = s.kind.decode(content[i*s.kind.size:])
	}
	return nil
}

// A tensor is a view of a storage.
type tensor struct {
	storage       *storage
	offset        int
	dims, strides []int
}

// array copies the view into row-major order.
func (t *tensor) array() (array, error) {
	size, last := 1, t.offset
	for axis, dim := range t.dims {
		if dim < 0 || t.strides[axis] < 0 {
			return array{}, fmt.Errorf("shape %v with strides %v", t.dims, t.strides)
		}
	}
	if slices.Contains(t.dims, 0) {
		return array{dims: t.dims}, nil
	}
	for axis, dim := range t.dims { // nothing is looked at twice, and nothing overflows
		size *= dim
		if size > t.storage.count || dim > 1 && t.strides[axis] > t.storage.count {
			return array{}, fmt.Errorf("shape %v with strides %v is larger than its storage of %d elements",
				t.dims, t.strides, t.storage.count)
		}
		if dim > 1 {
			last += (dim - 1) * t.strides[axis]
		}
	}
	if t.offset < 0 || last >= len(t.storage.values) {
		return array{}, fmt.Errorf("shape %v with strides %v from %d lies outside its storage of %d elements",
			t.dims, t.strides, t.offset, len(t.storage.values))
	}
	values := make([]float32, 0, size)
	var copyAxis func(axis, at int)
	copyAxis = func(axis, at int) {
		if axis == len(t.dims) {
			values = append(values, t.storage.values[at])
			return
		}
		for i := range t.dims[axis] {
			copyAxis(axis+1, at+i*t.strides[axis])
		}
	}
	copyAxis(0, t.offset)
	return array{t.dims, values}, nil
}

func pickleReader(program []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(program)) }

// unpickleState runs the pickle of a state dictionary: its tensors by name, and the storages by key, still to be filled.
func unpickleState(r *bufio.Reader) (map[string]*tensor, map[string]*storage, error) {
	storages := map[string]*storage{}
	u := pickle.NewUnpickler(r)
	u.FindClass = findClass
	u.PersistentLoad = func(id any) (any, error) { return findStorage(storages, id) }
	value, err := u.Load()
	if err != nil {
		return nil, nil, err
	}
	tensors := map[string]*tensor{}
	collect := func(key, value any) error {
		name, isName := key.(string)
		t, isTensor := value.(*tensor)
		if !isName || !isTensor {
			return fmt.Errorf("entry %v is a %T: every entry must be a tensor, as in module.state_dict()", key, value)
		}
		tensors[name] = t
		return nil
	}
	switch dict := value.(type) {
	case *types.OrderedDict:
		for _, entry := range dict.Map {
			if err := collect(entry.Key, entry.Value); err != nil {
				return nil, nil, err
			}
		}
	case *types.Dict:
		for _, entry := range *dict {
			if err := collect(entry.Key, entry.Value); err != nil {
				return nil, nil, err
			}
		}
	default:
		return nil, nil, fmt.Errorf("it holds a %T, not a dictionary of tensors", value)
	}
	return tensors, storages, nil
}

// findClass knows the storage classes and the function that makes tensors; collections are gopickle's own.
func findClass(module, name string) (any, error) {
	switch {
	case module == "torch._utils" && name == "_rebuild_tensor_v2":
		return rebuildTensor{}, nil
	case module == "torch":
		if k, ok := kinds[name]; ok {
			return k, nil
		}
	}
	return forbidden(module, name)
}

// findStorage answers the persistent identifier ("storage", class, key, device, count, …).
func findStorage(storages map[string]*storage, id any) (any, error) {
	tuple, ok := id.(*types.Tuple)
	if !ok || tuple.Len() < 5 {
		return nil, fmt.Errorf("persistent identifier %v, not that of a storage", id)
	}
	k, isKind := tuple.Get(1).(kind)
	key, isKey := tuple.Get(2).(string)
	count, isCount := tuple.Get(4).(int)
	if tuple.Get(0) != "storage" || !isKind || !isKey || !isCount || count < 0 {
		return nil, fmt.Errorf("persistent identifier %v, not that of a storage", id)
	}
	s := storages[key]
	if s == nil {
		s = &storage{key: key, kind: k, count: count}
		storages[key] = s
	}
	return s, nil
}

// rebuildTensor is torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …).
type rebuildTensor struct{}

func (rebuildTensor) Call(args ...any) (any, error) {
	if len(args) < 4 {
		return nil, fmt.Errorf("a tensor of %d arguments", len(args))
	}
	s, isStorage := args[0].(*storage)
	offset, isOffset := args[1].(int)
	dims, errDims := integers(args[2])
	strides, errStrides := integers(args[3])
	if !isStorage || !isOffset || errDims != nil || errStrides != nil || len(dims) != len(strides) {
		return nil, fmt.Errorf("a tensor of the arguments %v", args)
	}
	return &tensor{s, offset, dims, strides}, nil
}

func integers(value any) ([]int, error) {
	tuple, ok := value.(*types.Tuple)
	if !ok {
		return nil, fmt.Errorf("%v is not a tuple", value)
	}
	result := make([]int, tuple.Len())
	for i := range result {
		if result[i], ok = tuple.Get(i).(int); !ok {
			return nil, fmt.Errorf("%v is not a tuple of integers", value)
		}
	}
	return result, nil
}
