// Package npz reads and writes NumPy's .npy and .npz files. Every bit that is read is checked: a file that is not what its
// checksums say, or declares more than it holds, is an error before anything is allocated for it.
package npz

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/core/tensors/numpy"

	"vapoflow/internal/budget"
	"vapoflow/internal/regular"
)

// ErrDamaged is wrapped by the error of a file that is there and is not whole.
var ErrDamaged = errors.New("damaged")

func damaged(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrDamaged, fmt.Errorf(format, args...))
}

// ReadFile reads the arrays of an .npz file and its comment.
func ReadFile(path string) (arrays map[string]*tensors.Tensor, comment string, err error) {
	f, size, err := regular.Open(path)
	if err != nil {
		return nil, "", err
	}
	defer f.Close()
	return Read(f, size)
}

// Read reads the arrays of an .npz file of size bytes, all to their ends, and its comment.
func Read(r io.ReaderAt, size int64) (arrays map[string]*tensors.Tensor, comment string, err error) {
	archive, err := zip.NewReader(r, size)
	if err != nil {
		return nil, "", damaged("no .npz file: %w", err)
	}
	total := 0.0
	for _, member := range archive.File {
		total += float64(member.UncompressedSize64)
	}
	if err := budget.Check(fmt.Sprintf("reading %d arrays", len(archive.File)), total); err != nil {
		return nil, "", err
	}
	arrays = map[string]*tensors.Tensor{}
	for _, member := range archive.File {
		if strings.HasSuffix(member.Name, ".json") { // what samples keep beside their arrays
			continue
		}
		name, ok := strings.CutSuffix(member.Name, ".npy")
		if !ok || arrays[name] != nil {
			return nil, "", damaged("member %q is no .npy file, or there twice", member.Name)
		}
		if arrays[name], err = ReadMember(member); err != nil {
			return nil, "", fmt.Errorf("array %q: %w", name, err)
		}
	}
	return arrays, archive.Comment, nil
}

// bomb is how many times its size in the file a member may have when it is unpacked, beyond the first 64 MB. Deflate reaches
// 1032.
const bomb = 200

// CheckMember refuses a member that is too large for the memory, or much larger than a member of its size in the file can be.
func CheckMember(member *zip.File) error {
	n := member.UncompressedSize64
	if n > 64<<20 && n/bomb > member.CompressedSize64 {
		return damaged("it declares %d bytes packed in %d, more than %d times as many", n, member.CompressedSize64, bomb)
	}
	return budget.Check("unpacking "+member.Name, float64(n))
}

// ReadMember reads one array of an .npz file and compares its checksum.
func ReadMember(member *zip.File) (*tensors.Tensor, error) {
	if err := CheckMember(member); err != nil {
		return nil, err
	}
	file, err := member.Open()
	if err != nil {
		return nil, damaged("%w", err)
	}
	defer file.Close()
	return ReadNPY(file, member.UncompressedSize64)
}

// ReadNPYFile reads an .npy file.
func ReadNPYFile(path string) (*tensors.Tensor, error) {
	f, size, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadNPY(f, uint64(size))
}

// ReadNPY reads one array from r, which holds size bytes, and reads to the end of r: that checks an .npz member's checksum.
func ReadNPY(r io.Reader, size uint64) (tensor *tensors.Tensor, err error) {
	header, err := readHeader(r, size)
	if err != nil {
		return nil, err
	}
	defer func() {
		if p := recover(); p != nil { // GoMLX panics on shapes that it cannot make
			err = damaged("%v", p)
		}
	}()
	tensor, err = numpy.FromNpyReader(io.MultiReader(bytes.NewReader(header), r))
	if err != nil {
		return nil, damaged("%w", err)
	}
	if n, err := io.Copy(io.Discard, r); err != nil || n > 0 {
		return nil, damaged("%d bytes after the array's end (%v)", n, err)
	}
	return tensor, nil
}

const magic = "\x93NUMPY"

// header is the dictionary, as NumPy and GoMLX write it.
var dictionary = regexp.MustCompile(`^\{ *'descr': *'([<|=?]?)(b1|\?|[iu][1248]|f[248]|c8|c16)', *'fortran_order': *(?:True|False), *'shape': *\(([0-9, ]*)\), *\} *\n?$`)

// readHeader reads an .npy file's header and makes sure that the array which it declares has just the bytes that there are.
func readHeader(r io.Reader, size uint64) ([]byte, error) {
	header := make([]byte, 10)
	if _, err := io.ReadFull(r, header); err != nil || string(header[:6]) != magic {
		return nil, damaged("no .npy file (%v)", err)
	}
	length := uint64(binary.LittleEndian.Uint16(header[8:]))
	switch version := header[6]; {
	case header[7] != 0 || version < 1 || version > 3:
		return nil, damaged("an .npy file of version %d.%d; versions 1 to 3 are known", header[6], header[7])
	case version > 1:
		rest := make([]byte, 2)
		if _, err := io.ReadFull(r, rest); err != nil {
			return nil, damaged("header: %w", err)
		}
		header = append(header, rest...)
		length = uint64(binary.LittleEndian.Uint32(header[8:]))
	}
	before := uint64(len(header))
	if length > 0xffff || before+length > size {
		return nil, damaged("its header declares %d bytes, the file has %d", length, size)
	}
	header = append(header, make([]byte, length)...)
	if _, err := io.ReadFull(r, header[before:]); err != nil {
		return nil, damaged("header: %w", err)
	}
	found := dictionary.FindSubmatch(header[before:])
	if found == nil {
		return nil, damaged("its header %.100q is not that of numbers in the machine's order", header[before:])
	}
	bytesOf, err := declared(string(found[2]), string(found[3]))
	if err != nil {
		return nil, err
	}
	has := size - before - length
	if bytesOf < has {
		return nil, damaged("%d bytes after its end", has-bytesOf)
	}
	if bytesOf > has {
		return nil, damaged("its header declares shape (%s) in %d bytes, and %d are there", found[3], bytesOf, has)
	}
	return header, nil
}

// declared is the number of bytes of an array. It stops before it would overflow.
func declared(kind, shape string) (uint64, error) {
	n := uint64(1)
	if digits := strings.TrimLeft(kind, "biufc?"); digits != "" {
		n, _ = strconv.ParseUint(digits, 10, 64) // of the regular expression
	}
	for _, text := range strings.Split(shape, ",") {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		dim, err := strconv.ParseUint(text, 10, 64)
		if err != nil || (dim > 0 && n > (1<<62)/dim) {
			return 0, damaged("its header declares the impossible shape (%s)", shape)
		}
		n *= dim
	}
	return n, nil
}
