package npz_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/gomlx/gomlx/core/tensors"

	"vapoflow/internal/npz"
)

func packed(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := npz.Write(&out, map[string]*tensors.Tensor{
		"a/kernel": tensors.FromValue([][]float32{{1, 2, 3}, {4, 5, 6}}), "b": tensors.FromValue(int64(7)),
	}, "said"); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Every bit of a file is turned once: what is read without an error is what was written, names and comment aside, which have no
// checksum.
func TestTurnedBits(t *testing.T) {
	content := packed(t)
	want, comment, err := npz.Read(bytes.NewReader(content), int64(len(content)))
	if err != nil || comment != "said" || len(want) != 2 {
		t.Fatalf("read %v, comment %q: %v", want, comment, err)
	}
	silent := 0
	for bit := range 8 * len(content) {
		turned := bytes.Clone(content)
		turned[bit/8] ^= 1 << (bit % 8)
		got, _, err := npz.Read(bytes.NewReader(turned), int64(len(turned)))
		if err != nil {
			continue
		}
		for name, value := range got {
			if want[name] != nil && !want[name].Equal(value) {
				silent++
				t.Errorf("bit %d: %s is read as %v", bit, name, value)
			}
		}
	}
}

// array is an .npy file with a header of any text.
func array(version byte, header string, data int) []byte {
	out := append([]byte("\x93NUMPY"), version, 0)
	if version == 1 {
		out = binary.LittleEndian.AppendUint16(out, uint16(len(header)))
	} else {
		out = binary.LittleEndian.AppendUint32(out, uint32(len(header)))
	}
	return append(append(out, header...), make([]byte, data)...)
}

func dict(descr, shape string) string {
	return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n"
}

// Declared sizes are compared with the file's before anything of them is allocated.
func TestHostileArrays(t *testing.T) {
	for name, c := range map[string]struct {
		content []byte
		says    string
	}{
		"rows":     {array(1, dict("<f4", "(1000000000000, 2)"), 16), "declares shape"},
		"overflow": {array(1, dict("<f4", "(4611686018427387904, 4)"), 0), "impossible shape"},
		"negative": {array(1, dict("<f4", "(-1, 2)"), 0), "header"},
		"version":  {array(9, dict("<f4", "(2,)"), 8), "version 9.0"},
		"objects":  {array(1, dict("|O", "(2,)"), 8), "no.*numbers"},
		"big":      {array(1, dict(">f4", "(2,)"), 8), "machine's order"},
		"long":     {array(1, dict("<f4", "(2,)"), 9), "1 bytes after its end"},
		"short":    {array(1, dict("<f4", "(2,)"), 7), "7 are there"},
		"header":   {array(2, strings.Repeat(" ", 70_000), 0), "header declares"},
		"empty":    {nil, "no .npy file"},
	} {
		_, err := npz.ReadNPY(bytes.NewReader(c.content), uint64(len(c.content)))
		if !errors.Is(err, npz.ErrDamaged) || c.says != "no.*numbers" && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.says)
		}
	}
	if x, err := npz.ReadNPY(bytes.NewReader(array(3, dict("<f8", "(2, 3)"), 48)), uint64(len(array(3, dict("<f8", "(2, 3)"), 48)))); err != nil || x.Size() != 6 {
		t.Errorf("an array of version 3: %v, %v", x, err)
	}
}

// A few kilobytes that unpack to a gigabyte are refused before they do.
func TestBomb(t *testing.T) {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	member, _ := archive.Create("x.npy")
	zeros := make([]byte, 1<<20)
	member.Write(array(1, dict("|u1", "(134217728,)"), 0))
	for range 128 {
		member.Write(zeros)
	}
	archive.Close()
	if _, _, err := npz.Read(bytes.NewReader(out.Bytes()), int64(out.Len())); !errors.Is(err, npz.ErrDamaged) ||
		!strings.Contains(err.Error(), "packed") {
		t.Errorf("%d bytes that unpack to 128 MB: %v", out.Len(), err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(packed(f))
	f.Add(packed(f)[:200])
	f.Fuzz(func(t *testing.T, content []byte) {
		if _, _, err := npz.Read(bytes.NewReader(content), int64(len(content))); err != nil && !errors.Is(err, npz.ErrDamaged) {
			t.Errorf("not told as damage: %v", err)
		}
	})
}

func FuzzReadNPY(f *testing.F) {
	f.Add(array(1, dict("<f4", "(2, 3)"), 24))
	f.Add(array(3, dict("<f2", "(1000000000000,)"), 24))
	f.Fuzz(func(t *testing.T, content []byte) {
		if x, err := npz.ReadNPY(bytes.NewReader(content), uint64(len(content))); err == nil && int(x.ByteSize()) > len(content) {
			t.Errorf("%d bytes read as an array of %d", len(content), x.ByteSize())
		}
	})
}
