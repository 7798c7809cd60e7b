package dataset

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestSVHN reads files written by SciPy 1.17's savemat with compression: X holds the images of madeUp, y is 10, 1, 9, as
// bytes in svhn.mat and as doubles, beside text and a complex number, in svhn_double.mat.
func TestSVHN(t *testing.T) {
	root := t.TempDir()
	for file, golden := range map[string]string{"train_32x32.mat": "svhn.mat", "test_32x32.mat": "svhn_double.mat"} {
		put(t, goldenFile(t, golden), root, svhnFolder, file)
	}
	for _, split := range []string{"train", "test"} {
		ds := open(t, "svhn", Options{Root: root, Split: split})
		info := ds.Info()
		if says := fmt.Sprintf("SVHN %s, a part: 3 of %d images, not verified",
			split, svhnFiles[split].records); info.Len != 3 || info.Title != says {
			t.Errorf("%+v", info)
		}
		for i, digit := range []int{0, 1, 9} {
			if label, err := ds.(*Images).Label(i); err != nil || label != digit {
				t.Errorf("label of %d is %d (%v), expected %d", i, label, err, digit)
			}
			sameAsMadeUp(t, ds, i, i)
		}
	}
}

func goldenFile(t *testing.T, name string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestSVHNRefused(t *testing.T) {
	good := goldenFile(t, "svhn.mat")
	hdf5 := slices.Clone(good)
	hdf5[125] = 2
	flipped := slices.Clone(good)
	flipped[len(flipped)-20] ^= 0x40
	wrong := matFile(binary.LittleEndian, "X", miUINT8, []int{32, 32, 3}, make([]uint8, 3072))
	label := append(matFile(binary.LittleEndian, "X", miUINT8, []int{32, 32, 3, 1}, make([]uint8, 3072)),
		matFile(binary.LittleEndian, "y", miUINT8, []int{1, 1}, []uint8{11})[128:]...)
	for name, c := range map[string]struct {
		raw  []byte
		says string
	}{
		"empty":        {nil, "not a MAT-file"},
		"page":         {bytes.Repeat([]byte("<html>"), 100), "not a MAT-file of Level 5"},
		"HDF5":         {hdf5, "version 0x0200; save it with -v7"},
		"truncated":    {good[:len(good)-100], "ends within a variable"},
		"bit flipped":  {flipped, "damaged"},
		"no labels":    {wrong, "X is [32 32 3] and y is []"},
		"wrong labels": {label, "label 0 is 11, expected 1 to 10"},
	} {
		root := t.TempDir()
		put(t, c.raw, root, svhnFolder, "train_32x32.mat")
		if _, err := Open("svhn", Options{Root: root}); err == nil || !strings.Contains(err.Error(), c.says) ||
			!strings.Contains(err.Error(), "train_32x32.mat") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for cut := 0; cut < len(good); cut += 7 { // wherever a file ends, there is an error and no panic
		path := filepath.Join(t.TempDir(), "cut.mat")
		write(t, path, good[:cut])
		if arrays, err := readMAT(path); err == nil && len(arrays) > 1 {
			t.Fatalf("%d of %d bytes were taken for all", cut, len(good))
		}
	}
}

// TestMATTypes writes whole numbers in every type and both byte orders, without compression, and reads them back.
func TestMATTypes(t *testing.T) {
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		for _, kind := range []uint32{miINT8, miUINT8, miINT16, miUINT16, miINT32, miUINT32, miSINGLE, miDOUBLE, miINT64, miUINT64} {
			want := []uint8{0, 1, 127, 100, 5, 9}
			path := filepath.Join(t.TempDir(), "a.mat")
			write(t, path, matFile(order, "name", kind, []int{2, 3}, want))
			arrays, err := readMAT(path)
			if got := arrays["name"]; err != nil || !slices.Equal(got.values, want) || !slices.Equal(got.dims, []int{2, 3}) {
				t.Errorf("%v, type %d: %v (%v)", order, kind, arrays, err)
			}
		}
	}
	path := filepath.Join(t.TempDir(), "a.mat")
	raw := matFile(binary.LittleEndian, "x", miDOUBLE, []int{1, 1}, []uint8{1})
	copy(raw[len(raw)-8:], []byte{0, 0, 0, 0, 0, 0, 0xe0, 0x3f})
	write(t, path, raw)
	if _, err := readMAT(path); err == nil || !strings.Contains(err.Error(), "array x: value 0 is 0.5") {
		t.Errorf("a half gave %v", err)
	}
}

// matFile is a MAT-file with one array.
func matFile(order binary.ByteOrder, name string, kind uint32, dims []int, values []uint8) []byte {
	var file, body bytes.Buffer
	element := func(to *bytes.Buffer, kind uint32, data []byte) {
		binary.Write(to, order, []uint32{kind, uint32(len(data))})
		to.Write(data)
		to.Write(make([]byte, -len(data)&7))
	}
	put := func(v any) []byte {
		var b bytes.Buffer
		binary.Write(&b, order, v)
		return b.Bytes()
	}
	var dims32 []int32
	for _, n := range dims {
		dims32 = append(dims32, int32(n))
	}
	var data []byte
	for _, v := range values {
		number := map[uint32]any{miINT8: int8(v), miUINT8: v, miINT16: int16(v), miUINT16: uint16(v), miINT32: int32(v), miUINT32: uint32(v),
			miSINGLE: float32(v), miDOUBLE: float64(v), miINT64: int64(v), miUINT64: uint64(v)}[kind]
		data = append(data, put(number)...)
	}
	element(&body, miUINT32, put([]uint32{6, 0})) // class double, as MATLAB writes whole numbers
	element(&body, miINT32, put(dims32))
	element(&body, miINT8, []byte(name))
	element(&body, kind, data)
	file.Write(bytes.Repeat([]byte(" "), 124))
	file.Write(put([]uint16{0x0100, 'M'<<8 | 'I'}))
	element(&file, miMATRIX, body.Bytes())
	return file.Bytes()
}
