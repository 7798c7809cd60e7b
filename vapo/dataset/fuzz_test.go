package dataset

import (
	"archive/tar"
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/draw"

	"vapoflow/vapo/internal/suite"
)

func FuzzReadMAT(f *testing.F) {
	for _, file := range []string{"svhn.mat", "svhn_double.mat"} {
		content, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
		f.Add(content[:len(content)/2])
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		arrays, err := readMATFrom(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return
		}
		for name, a := range arrays {
			suite.Filled(t, "array "+name, a.dims, len(a.values))
		}
		_, _ = svhnImages(arrays)
	})
}

func FuzzRecords(f *testing.F) {
	record := make([]byte, cifarRecord)
	f.Add(record)
	f.Add(append(bytes.Repeat([]byte{9}, cifarRecord), record...))
	f.Add([]byte{10})
	set := cifar10Records(entry{name: "cifar10"})
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "a.bin"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		images, err := set.load(dir, "train", []recordFile{{name: "a.bin"}})
		if err == nil && (len(content) != images.Info().Len*cifarRecord || images.Read(images.Info().Len-1, make([]float32, cifarPixels)) != nil) {
			t.Errorf("%d bytes are %d images", len(content), images.Info().Len)
		}
	})
}

func FuzzPicture(f *testing.F) {
	var a, b bytes.Buffer
	picture := image.NewNRGBA(image.Rect(0, 0, 5, 4))
	if err := png.Encode(&a, picture); err != nil {
		f.Fatal(err)
	}
	if err := jpeg.Encode(&b, picture, nil); err != nil {
		f.Fatal(err)
	}
	f.Add(a.Bytes())
	f.Add(b.Bytes())
	f.Add(a.Bytes()[:40])
	f.Fuzz(func(t *testing.T, content []byte) {
		if picture, err := decodePicture(content); err == nil {
			side := picture.Bounds().Size()
			if side.X*side.Y > mostPacked*len(content) {
				t.Errorf("%d bytes are %v", len(content), side)
			}
			fit(picture, picture.Bounds(), image.Pt(8, 8), draw.NearestNeighbor)
		}
	})
}

func FuzzUntar(f *testing.F) {
	var out bytes.Buffer
	archive := tar.NewWriter(&out)
	for _, name := range []string{"set/a.bin", "set/../../evil"} {
		if err := archive.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Size: 3, Mode: 0o600}); err != nil {
			f.Fatal(err)
		}
		archive.Write([]byte("abc"))
		f.Add(bytes.Clone(out.Bytes()))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		dir := t.TempDir()
		to := filepath.Join(dir, "to")
		if err := os.Mkdir(to, 0o700); err != nil {
			t.Fatal(err)
		}
		_ = untar(bytes.NewReader(content), to, "set")
		if left, _ := os.ReadDir(dir); len(left) != 1 {
			t.Errorf("it wrote outside its folder: %v", left)
		}
	})
}
