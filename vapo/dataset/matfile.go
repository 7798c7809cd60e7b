package dataset

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"vapoflow/internal/budget"
	"vapoflow/internal/regular"
)

// matArray is a numeric array of a MAT-file whose values are whole numbers from 0 to 255.
type matArray struct {
	dims   []int
	values []uint8 // column-major: the first index runs fastest
}

// Types of data elements and bits of array flags, from "MAT-File Format" (MathWorks), Level 5.
const (
	miINT8, miUINT8, miINT16, miUINT16, miINT32, miUINT32 = 1, 2, 3, 4, 5, 6
	miSINGLE, miDOUBLE, miINT64, miUINT64                 = 7, 9, 12, 13
	miMATRIX, miCOMPRESSED                                = 14, 15

	matComplex                = 0x0800
	firstNumeric, lastNumeric = 6, 15 // classes mxDOUBLE_CLASS to mxUINT64_CLASS
)

// readMAT returns the numeric arrays of a MAT-file of Level 5 (MATLAB's -v6 and -v7), compressed or not, by name.
// Cells, structures and text are passed over.
func readMAT(path string) (map[string]matArray, error) {
	file, size, err := regular.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readMATFrom(file, size)
}

// readMATFrom is readMAT of a file of size bytes.
func readMATFrom(file io.Reader, size int64) (map[string]matArray, error) {
	in := bufio.NewReaderSize(file, 1<<20)
	order, err := matHeader(in)
	if err != nil {
		return nil, err
	}
	arrays := map[string]matArray{}
	for m := (matReader{in, order, size}); ; {
		kind, size, _, err := m.tag()
		if errors.Is(err, io.EOF) {
			return arrays, nil
		}
		if err != nil {
			return nil, err
		}
		if err := m.variable(kind, size, arrays); err != nil {
			return nil, err
		}
	}
}

// matHeader reads the 128 bytes at the start: text, version and the mark of the byte order.
func matHeader(in io.Reader) (binary.ByteOrder, error) {
	header := make([]byte, 128)
	if _, err := io.ReadFull(in, header); err != nil {
		return nil, errors.New("not a MAT-file: it is shorter than the header of one")
	}
	var order binary.ByteOrder
	switch string(header[126:]) {
	case "IM":
		order = binary.LittleEndian
	case "MI":
		order = binary.BigEndian
	default:
		return nil, fmt.Errorf("not a MAT-file of Level 5: it begins with %.20q", header)
	}
	if version := order.Uint16(header[124:]); version != 0x0100 {
		return nil, fmt.Errorf("a MAT-file of version %#04x; save it with -v7 (0x0100), not -v7.3", version)
	}
	return order, nil
}

// matReader reads data elements: a tag, the data, and padding to a multiple of eight bytes.
type matReader struct {
	in    io.Reader
	order binary.ByteOrder
	limit int64 // no element can be larger: a damaged size must not ask for all memory
}

// tag reads the eight bytes before an element's data. Up to four bytes of data lie in the tag itself.
func (m matReader) tag() (kind, size uint32, inside []byte, err error) {
	b := make([]byte, 8)
	if _, err := io.ReadFull(m.in, b); err != nil {
		return 0, 0, nil, err // io.EOF where there is no further element
	}
	kind, size = m.order.Uint32(b), m.order.Uint32(b[4:])
	if short := kind >> 16; short > 4 {
		return 0, 0, nil, fmt.Errorf("damaged: an element of type %#x", kind)
	} else if short > 0 {
		return kind & 0xffff, short, b[4 : 4+short], nil
	}
	if int64(size) > m.limit {
		return 0, 0, nil, fmt.Errorf("damaged: an element of %d bytes, more than the file can hold", size)
	}
	return kind, size, nil, nil
}

// variable reads one variable, whose tag was read, into arrays.
func (m matReader) variable(kind, size uint32, arrays map[string]matArray) error {
	part := &io.LimitedReader{R: m.in, N: int64(size)}
	var err error
	switch kind {
	case miMATRIX:
		err = matReader{part, m.order, m.limit}.matrix(arrays)
	case miCOMPRESSED:
		err = m.compressed(part, arrays)
	default:
		return fmt.Errorf("damaged: an element of type %d where a variable should begin", kind)
	}
	if err == nil {
		_, err = io.Copy(io.Discard, part)
	}
	if err == nil && part.N > 0 || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return errors.New("damaged: the file ends within a variable")
	}
	return err
}

// compressed reads a variable that was packed by zlib, to its end, where the checksum is.
func (m matReader) compressed(part *io.LimitedReader, arrays map[string]matArray) error {
	const most = 1032 // zlib packs no better
	unpacked := matReader{order: m.order, limit: most * part.N}
	plain, err := zlib.NewReader(part)
	if err != nil {
		return fmt.Errorf("damaged: %w", err)
	}
	unpacked.in = plain
	kind, _, _, err := unpacked.tag()
	if err != nil {
		return err
	}
	if kind != miMATRIX {
		return fmt.Errorf("damaged: an element of type %d within a compressed one", kind)
	}
	if err := unpacked.matrix(arrays); err != nil {
		return err
	}
	if _, err = io.Copy(io.Discard, plain); err != nil {
		return fmt.Errorf("damaged: %w", err)
	}
	return nil
}

// matrix reads flags, dimensions, name and values of a variable, and keeps it if it is a real numeric array.
func (m matReader) matrix(arrays map[string]matArray) error {
	var parts [3][]byte
	for k, want := range []uint32{miUINT32, miINT32, miINT8} {
		kind, data, err := m.element()
		if err != nil {
			return err
		}
		if kind != want {
			return fmt.Errorf("damaged: an element of type %d, expected %d", kind, want)
		}
		parts[k] = data
	}
	if len(parts[0]) != 8 {
		return fmt.Errorf("damaged: %d bytes of array flags, expected 8", len(parts[0]))
	}
	flags := m.order.Uint32(parts[0])
	if class := flags & 0xff; class < firstNumeric || class > lastNumeric || flags&matComplex != 0 {
		return nil
	}
	name, count := string(bytes.TrimRight(parts[2], "\x00")), 1
	var a matArray
	for dims := parts[1]; len(dims) >= 4; dims = dims[4:] {
		n := int(int32(m.order.Uint32(dims)))
		if a.dims, count = append(a.dims, n), count*n; n < 0 || count > 1<<32 {
			return fmt.Errorf("damaged: array %s has dimensions %v", name, a.dims)
		}
	}
	kind, data, err := m.element()
	if err != nil {
		return err
	}
	if a.values, err = m.toBytes(kind, data); err != nil {
		return fmt.Errorf("array %s: %w", name, err)
	}
	if len(a.dims) < 2 || len(a.values) != count {
		return fmt.Errorf("damaged: array %s has %d values and dimensions %v", name, len(a.values), a.dims)
	}
	arrays[name] = a
	return nil
}

// element reads a whole element and its padding.
func (m matReader) element() (kind uint32, data []byte, err error) {
	kind, size, data, err := m.tag()
	if err != nil || data != nil {
		return kind, data, err
	}
	if err := budget.Check("an array of the file", float64(size)); err != nil {
		return 0, nil, err
	}
	if data, err = io.ReadAll(io.LimitReader(m.in, int64(size))); err != nil { // grows with what is there, not with what is declared
		return 0, nil, err
	}
	if len(data) < int(size) {
		return 0, nil, io.ErrUnexpectedEOF
	}
	_, err = io.CopyN(io.Discard, m.in, int64(-size%8))
	return kind, data, err
}

// toBytes converts stored values, whose type may be narrower than the array's class says, to bytes.
func (m matReader) toBytes(kind uint32, data []byte) ([]uint8, error) {
	if kind == miUINT8 {
		return data, nil
	}
	width := map[uint32]int{miINT8: 1, miINT16: 2, miUINT16: 2, miINT32: 4, miUINT32: 4, miSINGLE: 4, miDOUBLE: 8, miINT64: 8, miUINT64: 8}[kind]
	if width == 0 || len(data)%width != 0 {
		return nil, fmt.Errorf("damaged: %d bytes of type %d", len(data), kind)
	}
	values := make([]uint8, len(data)/width)
	for i := range values {
		v := m.number(kind, data[i*width:])
		if values[i] = uint8(v); v < 0 || v > 255 || v != math.Trunc(v) {
			return nil, fmt.Errorf("value %d is %g, expected a whole number from 0 to 255", i, v)
		}
	}
	return values, nil
}

// number is the value at the start of b.
func (m matReader) number(kind uint32, b []byte) float64 {
	switch kind {
	case miINT8:
		return float64(int8(b[0]))
	case miINT16:
		return float64(int16(m.order.Uint16(b)))
	case miUINT16:
		return float64(m.order.Uint16(b))
	case miINT32:
		return float64(int32(m.order.Uint32(b)))
	case miUINT32:
		return float64(m.order.Uint32(b))
	case miSINGLE:
		return float64(math.Float32frombits(m.order.Uint32(b)))
	case miDOUBLE:
		return math.Float64frombits(m.order.Uint64(b))
	case miINT64:
		return float64(int64(m.order.Uint64(b)))
	default:
		return float64(m.order.Uint64(b))
	}
}
