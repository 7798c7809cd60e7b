package inception

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// small.pth and small-plain.pth hold the dictionary `small` of experiments/peers/inception.py, saved by PyTorch.
func TestFilesOfPyTorch(t *testing.T) {
	ramp := make([]float32, 24)
	for i := range ramp {
		ramp[i] = float32(i) / 8
	}
	each := func(values []float32, f func(float32) float32) []float32 {
		values = slices.Clone(values)
		for i, v := range values {
			values[i] = f(v)
		}
		return values
	}
	transpose := func(values []float32, rows, columns int) []float32 {
		var result []float32
		for j := range columns {
			for i := range rows {
				result = append(result, values[i*columns+j])
			}
		}
		return result
	}
	want := map[string]array{
		"plain":                       {[]int{2, 3, 4}, ramp},
		"transposed":                  {[]int{6, 4}, transpose(ramp, 4, 6)},
		"every second from the fifth": {[]int{6}, []float32{5. / 8, 7. / 8, 9. / 8, 11. / 8, 13. / 8, 15. / 8}},
		"half":                        {[]int{24}, each(ramp, func(v float32) float32 { return v - 1.5 })},
		"half, transposed":            {[]int{12, 2}, transpose(each(ramp, func(v float32) float32 { return halfOf(v * 1000) }), 2, 12)},
		"double":                      {[]int{2, 4}, ramp[4:12]},
		"scalar":                      {[]int{}, []float32{0.1}},
		"empty":                       {[]int{0, 3}, nil},
	}
	for _, file := range []string{"small.pth", "small-plain.pth"} {
		got, err := readPTH(filepath.Join("testdata", file))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d arrays, want %d (integers are left out)", file, len(got), len(want))
		}
		for name, w := range want {
			if g := got[name]; !slices.Equal(g.dims, w.dims) || !slices.Equal(g.values, w.values) {
				t.Errorf("%s: %q is %v, want %v", file, name, g, w)
			}
		}
	}
}

// halfOf rounds to 11 significant bits, as float16 does in its normal range; ties do not occur here.
func halfOf(v float32) float32 {
	if v == 0 {
		return 0
	}
	_, exponent := math.Frexp(float64(v))
	unit := math.Ldexp(1, exponent-11)
	return float32(math.RoundToEven(float64(v)/unit) * unit)
}

// A file that is cut short anywhere, or whose bytes changed, is an error and never other numbers.
func TestDamagedFiles(t *testing.T) {
	for _, file := range []string{"small.pth", "small-plain.pth"} {
		content, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		for cut := range len(content) {
			if _, err := readBytes(content[:cut]); err == nil {
				t.Errorf("the first %d of %d bytes of %s are taken for a whole file", cut, len(content), file)
			}
		}
	}
	content, err := os.ReadFile("testdata/small.pth")
	if err != nil {
		t.Fatal(err)
	}
	whole, err := readBytes(content)
	if err != nil {
		t.Fatal(err)
	}
	for i := range content {
		flipped := bytes.Clone(content)
		flipped[i] ^= 0x10
		got, err := readBytes(flipped)
		if err != nil {
			continue
		}
		for name, a := range whole {
			if g, ok := got[name]; ok && !slices.Equal(g.values, a.values) {
				t.Errorf("byte %d changed: %q reads as %v", i, name, g.values)
			}
		}
	}
}

func readBytes(content []byte) (map[string]array, error) {
	return readState(bytes.NewReader(content), int64(len(content)))
}

func TestOtherFiles(t *testing.T) {
	for name, c := range map[string]struct{ content, want string }{
		"empty":    {"", "neither a zip archive nor begins with torch.save's magic number"},
		"page":     {"<html>not found</html>", "neither a zip archive"},
		"a pickle": {"\x80\x02K\x01.", "neither a zip archive"},
	} {
		if _, err := readBytes([]byte(c.content)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := readPTH(filepath.Join(t.TempDir(), "absent.pth")); err == nil || !strings.Contains(err.Error(), "absent.pth") {
		t.Errorf("absent file: %v", err)
	}
}
