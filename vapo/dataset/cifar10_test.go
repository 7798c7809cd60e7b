package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// madeUp returns n records in the official layout: pixel (row, column) of channel k of record i is a formula.
func madeUp(n int) []byte {
	var raw []byte
	for i := range n {
		raw = append(raw, byte(i%10))
		for k := range 3 {
			for row := range 32 {
				for col := range 32 {
					raw = append(raw, madeUpPixel(i, row, col, k))
				}
			}
		}
	}
	return raw
}

func madeUpPixel(i, row, col, k int) byte { return byte(7*i + 32*row + 5*col + 101*k) }

func TestCIFARRoundTrip(t *testing.T) {
	folder := t.TempDir()
	raw := madeUp(6)
	sum := sha256.Sum256(raw[:3*cifarRecord])
	files := []recordFile{{"a.bin", hex.EncodeToString(sum[:]), 3}, {"b.bin", "another", 3}}
	write(t, filepath.Join(folder, "a.bin"), raw[:3*cifarRecord])
	write(t, filepath.Join(folder, "b.bin"), raw[3*cifarRecord:])
	records := recordSet{entry{name: "cifar10", title: "CIFAR-10"}, []int{10}, map[string]int{"train": 6, "test": 3}}
	set, err := records.load(folder, "train", files)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, cifarPixels)
	for i := range 6 {
		if label, err := set.Label(i); err != nil || label != i%10 {
			t.Errorf("label of %d is %d (%v)", i, label, err)
		}
		if err := set.Read(i, x); err != nil {
			t.Fatal(err)
		}
		for at, got := range x {
			row, col, k := at/96, at/3%32, at%3
			if want := float32(float64(madeUpPixel(i, row, col, k))/127.5 - 1); got != want {
				t.Fatalf("record %d, row %d, column %d, channel %d: %v, expected %v", i, row, col, k, got, want)
			}
		}
	}
	all := sha256.Sum256(raw)
	if info := set.Info(); info.SHA256 != hex.EncodeToString(all[:]) || !strings.Contains(info.Title, "not the official bytes") {
		t.Errorf("info of made-up files: %+v", info)
	}
	official, err := records.load(folder, "test", files[:1])
	if err != nil || official.Info().Title != "CIFAR-10 test" {
		t.Errorf("files with the expected hashes are titled %q (%v)", official.Info().Title, err)
	}
	part, err := records.load(folder, "train", files[:1])
	if err != nil || part.Info().Title != "CIFAR-10 train, a part: 3 of 6 images, not verified" {
		t.Errorf("half of the files is titled %q (%v)", part.Info().Title, err)
	}
}

// TestCIFARDamaged: one error names the file, what was found and what was expected, and is not taken for missing data.
func TestCIFARDamaged(t *testing.T) {
	label := madeUp(3)
	label[2*cifarRecord] = 12
	for name, c := range map[string]struct {
		raw  []byte
		says string
	}{
		"truncated": {madeUp(3)[:9000], "9000 bytes, expected 9219"},
		"too long":  {append(madeUp(3), 0), "9220 bytes, expected 9219"},
		"empty":     {[]byte{}, "0 bytes, expected 9219"},
		"label":     {label, "record 2 has label 12, expected 0 to 9"},
		"absent":    {nil, "is missing"},
	} {
		folder := t.TempDir()
		if c.raw != nil {
			write(t, filepath.Join(folder, "bad.bin"), c.raw)
		}
		_, err := (recordSet{classes: []int{10}}).load(folder, "train", []recordFile{{name: "bad.bin", records: 3}})
		if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "bad.bin") ||
			errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCIFARPart: short files are damaged, unless the folder says that it holds a part on purpose; the title tells.
func TestCIFARPart(t *testing.T) {
	root := t.TempDir()
	folder := filepath.Join(root, cifarFolder)
	if err := os.Mkdir(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, split := range cifarFiles {
		for _, file := range split {
			write(t, filepath.Join(folder, file.name), madeUp(3))
		}
	}
	if _, err := Open("cifar10", Options{Root: root}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("short files without a mark: %v", err)
	}
	write(t, filepath.Join(folder, partMark), nil)
	set, err := Open("cifar10", Options{Root: root})
	if err != nil || set.Info().Title != "CIFAR-10 train, a part: 15 of 50000 images, not verified" {
		t.Errorf("a part is titled %q (%v)", set.Info().Title, err)
	}
}

func TestCIFARMissing(t *testing.T) {
	for _, root := range []string{"", t.TempDir()} {
		_, err := Open("cifar10", Options{Root: root})
		if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "experiments data fetch cifar10") ||
			!strings.Contains(err.Error(), root) {
			t.Errorf("root %q: %v", root, err)
		}
	}
}

// TestCIFARReal reads the files that VAPO_DATA points at. Mean and standard deviation per channel are the well-known
// ones; a JPEG copy differs by less than the bound of one grey level.
func TestCIFARReal(t *testing.T) {
	root := os.Getenv("VAPO_DATA")
	train, err := Open("cifar10", Options{Root: root})
	if errors.Is(err, ErrMissing) {
		t.Skip("set VAPO_DATA to test with the real files:", err)
	} else if err != nil {
		t.Fatal(err)
	}
	t.Log(train.Info().Title, train.Info().SHA256)
	if n := train.Info().Len; n != 50_000 {
		t.Errorf("train holds %d", n)
	}
	if n := open(t, "cifar10", Options{Root: root, Split: "test"}).Info().Len; n != 10_000 {
		t.Errorf("test holds %d", n)
	}
	var classes [10]int
	var sum, square [3]float64
	set := train.(*Images)
	for at, v := range set.pixels {
		sum[at%3] += float64(v)
		square[at%3] += float64(v) * float64(v)
	}
	for _, label := range set.labels {
		classes[label]++
	}
	if classes != [10]int{5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000, 5000} {
		t.Errorf("classes: %v", classes)
	}
	n := float64(len(set.pixels) / 3)
	for k, want := range [3][2]float64{{125.3, 63.0}, {123.0, 62.1}, {113.9, 66.7}} {
		mean := sum[k] / n
		std := math.Sqrt(square[k]/n - mean*mean)
		if math.Abs(mean-want[0]) > 1 || math.Abs(std-want[1]) > 1 {
			t.Errorf("channel %d: mean %.2f, std %.2f, expected %v", k, mean, std, want)
		}
	}
}

// TestLooksLikeJPEG puts images through JPEG at the usual quality: they must be told from the ones that were not.
func TestLooksLikeJPEG(t *testing.T) {
	const n = 1200
	ds := open(t, "drawn", Options{})
	plain := &Images{info: Info{Shape: []int{32, 32, 3}, Len: n}}
	coded := &Images{info: plain.info}
	x := make([]float32, cifarPixels)
	picture := image.NewRGBA(image.Rect(0, 0, 32, 32))
	for i := range n {
		if err := ds.Read(i, x); err != nil {
			t.Fatal(err)
		}
		for at, v := range x {
			b := uint8((v+1)*127.5 + 0.5)
			plain.pixels = append(plain.pixels, b)
			picture.Pix[at/3*4+at%3] = b
		}
		coded.pixels = append(coded.pixels, throughJPEG(t, picture)...)
	}
	if looksLikeJPEG(plain) {
		t.Error("lossless images were taken for JPEG")
	}
	if !looksLikeJPEG(coded) {
		t.Error("JPEG images were not recognised")
	}
}

func throughJPEG(t *testing.T, picture image.Image) (pixels []uint8) {
	t.Helper()
	var file bytes.Buffer
	if err := jpeg.Encode(&file, picture, nil); err != nil {
		t.Fatal(err)
	}
	decoded, err := jpeg.Decode(&file)
	if err != nil {
		t.Fatal(err)
	}
	for row := range 32 {
		for col := range 32 {
			c := color.RGBAModel.Convert(decoded.At(col, row)).(color.RGBA)
			pixels = append(pixels, c.R, c.G, c.B)
		}
	}
	return pixels
}

func write(t *testing.T, path string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(path, raw, 0o644); err != nil {
		t.Fatal(err)
	}
}
