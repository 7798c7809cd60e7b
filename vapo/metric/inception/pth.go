package inception

import (
	"archive/zip"
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"path"

	"github.com/gomlx/compute/dtypes/float16"
	"github.com/nlpodyssey/gopickle/pickle"
	"github.com/nlpodyssey/gopickle/types"

	"vapoflow/internal/npz"
	"vapoflow/internal/regular"
)

// An array is a parameter: values in row-major order.
type array struct {
	dims   []int
	values []float32
}

// readPTH reads the state dictionary in a file of torch.save, as zip archive (since PyTorch 1.6) or as the plain pickles of
// before. Parameters of float16, float32 and float64 are returned as float32 by name; integers, which count batches, are
// left out. gopickle runs the pickle, with nothing but dictionaries and tensors allowed in it. The bytes are read here and not by
// its package pytorch, which falls back on any class that it does not know, allocates whatever size a storage declares before a
// byte of it is there, and leaves the archive's checksums unread.
func readPTH(path string) (map[string]array, error) {
	file, size, err := regular.Open(path)
	if err != nil {
		return nil, fmt.Errorf("inception: %w", err)
	}
	defer file.Close()
	state, err := readState(file, size)
	if err != nil {
		return nil, fmt.Errorf("inception: %s is not a state dictionary saved by PyTorch, or is damaged: %w", path, err)
	}
	return state, nil
}

func readState(r io.ReaderAt, size int64) (state map[string]array, err error) {
	defer func() {
		if r := recover(); r != nil { // gopickle's answer to some malformed pickles
			err = fmt.Errorf("malformed pickle: %v", r)
		}
	}()
	archive, err := zip.NewReader(r, size)
	if errors.Is(err, zip.ErrFormat) {
		scanned := bufio.NewReader(io.NewSectionReader(r, 0, size))
		for _, what := range []string{"magic number", "protocol", "system", "state", "storages' keys"} {
			if err := scanPickle(scanned); err != nil {
				return nil, fmt.Errorf("it is neither a zip archive nor begins with torch.save's magic number and pickles: "+
					"that of the %s: %w", what, err)
			}
		}
		return readPlain(bufio.NewReader(io.NewSectionReader(r, 0, size)))
	}
	if err != nil {
		return nil, err
	}
	return readArchive(archive)
}

// readArchive reads NAME/data.pkl, then each storage from NAME/data/KEY.
func readArchive(archive *zip.Reader) (map[string]array, error) {
	entries := map[string]*zip.File{}
	for _, f := range archive.File {
		entries[path.Base(f.Name)] = f
	}
	entry := func(name string) ([]byte, error) {
		f := entries[name]
		if f == nil {
			return nil, fmt.Errorf("the archive has no entry %q", name)
		}
		if err := npz.CheckMember(f); err != nil {
			return nil, err
		}
		r, err := f.Open()
		if err != nil {
			return nil, err
		}
		defer r.Close()
		content, err := io.ReadAll(r) // to its end, where archive/zip compares the checksum
		if err != nil {
			return nil, fmt.Errorf("entry %q of the archive: %w", f.Name, err)
		}
		return content, nil
	}
	program, err := entry("data.pkl")
	if err != nil {
		return nil, err
	}
	if err := scanPickle(pickleReader(program)); err != nil {
		return nil, err
	}
	tensors, storages, err := unpickleState(pickleReader(program))
	if err != nil {
		return nil, err
	}
	for key, s := range storages {
		content, err := entry(key)
		if err != nil {
			return nil, err
		}
		if err := s.fill(content); err != nil {
			return nil, err
		}
	}
	return arrays(tensors)
}

// readPlain reads the older form: three pickles of greeting, the state, the storages' keys, then each storage's count and bytes.
func readPlain(r *bufio.Reader) (map[string]array, error) {
	magic, err := unpickle(r)
	if number, ok := magic.(*big.Int); err != nil || !ok || number.Text(16) != "1950a86a20f9469cfc6c" {
		return nil, errors.New("it is neither a zip archive nor begins with torch.save's magic number")
	}
	for _, what := range []string{"protocol", "system"} {
		if _, err := unpickle(r); err != nil {
			return nil, fmt.Errorf("pickle of the %s: %w", what, err)
		}
	}
	tensors, storages, err := unpickleState(r)
	if err != nil {
		return nil, err
	}
	keys, err := unpickle(r)
	if err != nil {
		return nil, fmt.Errorf("pickle of the storages' keys: %w", err)
	}
	list, ok := keys.(*types.List)
	if !ok {
		return nil, fmt.Errorf("storages' keys are a %T, not a list", keys)
	}
	for _, key := range *list {
		s := storages[fmt.Sprint(key)]
		if s == nil {
			return nil, fmt.Errorf("no tensor uses the storage %v", key)
		}
		var count uint64
		if err := binary.Read(r, binary.LittleEndian, &count); err != nil {
			return nil, fmt.Errorf("storage %v: %w", key, err)
		}
		if count != uint64(s.count) {
			return nil, fmt.Errorf("storage %v has %d elements, but its tensor says %d", key, count, s.count)
		}
		content, err := io.ReadAll(io.LimitReader(r, int64(s.count)*int64(s.kind.size)))
		if err != nil {
			return nil, fmt.Errorf("storage %v: %w", key, err)
		}
		if err := s.fill(content); err != nil {
			return nil, err
		}
	}
	return arrays(tensors)
}

// arrays lays the floating-point tensors out.
func arrays(tensors map[string]*tensor) (map[string]array, error) {
	state := map[string]array{}
	for name, t := range tensors {
		if t.storage.kind.decode == nil {
			continue
		}
		a, err := t.array()
		if err != nil {
			return nil, fmt.Errorf("tensor %q: %w", name, err)
		}
		state[name] = a
	}
	return state, nil
}

// kind is a storage class of PyTorch; decode is nil for integers.
type kind struct {
	size   int
	decode func([]byte) float32
}

var kinds = map[string]kind{
	"FloatStorage":  {4, func(b []byte) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(b)) }},
	"DoubleStorage": {8, func(b []byte) float32 { return float32(math.Float64frombits(binary.LittleEndian.Uint64(b))) }},
	"HalfStorage":   {2, func(b []byte) float32 { return float16.FromBits(binary.LittleEndian.Uint16(b)).Float32() }},
	"LongStorage":   {size: 8},
	"IntStorage":    {size: 4},
	"ShortStorage":  {size: 2},
	"CharStorage":   {size: 1},
	"ByteStorage":   {size: 1},
	"BoolStorage":   {size: 1},
}

// unpickle runs a pickle that holds plain values.
func unpickle(r *bufio.Reader) (any, error) {
	u := pickle.NewUnpickler(r)
	u.FindClass = forbidden
	return u.Load()
}

func forbidden(module, name string) (any, error) {
	return nil, fmt.Errorf("it asks for %s.%s: only dictionaries of tensors are read", module, name)
}
