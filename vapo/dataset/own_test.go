package dataset

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The files of testdata were written by NumPy 2.4: points.npz has x (float64), x_test (float32) and an array of
// strings beside them; images.npz is compressed and has one uint8 array [2, 3, 4, 3] that counts from 0.

func TestOwnPoints(t *testing.T) {
	points := []float32{0.5, -1.25, 2, 3, -0.125, 1e-3}
	for path, want := range map[string][]float32{
		"testdata/points.npz":         points,
		"testdata/points_fortran.npy": points, // stored column by column
	} {
		ds := open(t, path, Options{})
		if info := ds.Info(); info.Len != 3 || !slices.Equal(info.Shape, []int{2}) || len(info.SHA256) != 64 {
			t.Errorf("%s: %+v", path, info)
		}
		if got, err := ReadRange(ds, 0, 3); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, expected %v (%v)", path, got, want, err)
		}
	}
	got, err := ReadRange(open(t, "testdata/points.npz", Options{Split: "test"}), 0, 2)
	if err != nil || !slices.Equal(got, []float32{1.5, -0.25, 3, 4}) {
		t.Errorf("test split: %v (%v)", got, err)
	}
}

func TestOwnImages(t *testing.T) {
	ds := open(t, "testdata/images.npz", Options{})
	if info := ds.Info(); info.Len != 2 || !slices.Equal(info.Shape, []int{3, 4, 3}) {
		t.Errorf("%+v", info)
	}
	x, err := ReadRange(ds, 0, 2)
	if err != nil {
		t.Fatal(err)
	}
	for k, got := range x {
		if want := float32(float64(k)/127.5 - 1); got != want {
			t.Fatalf("value %d is %v, expected %v", k, got, want)
		}
	}
}

func TestOwnDataRefused(t *testing.T) {
	dir := t.TempDir()
	whole, err := os.ReadFile("testdata/points_fortran.npy")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "short.npy"), whole[:len(whole)-4])
	write(t, filepath.Join(dir, "long.npy"), append(whole, 0))
	write(t, filepath.Join(dir, "text.npz"), []byte("x,y\n1,2\n"))
	write(t, filepath.Join(dir, "points.csv"), []byte("x,y\n1,2\n"))
	for path, says := range map[string]string{
		"testdata/nan.npy":               "row 1 holds NaN (value 1 of 2",
		"testdata/integers.npy":          "expected float32 or float64",
		"testdata/cube.npy":              "shape [2 3 4]; expected points [n, d]",
		"testdata/two.npz":               "no array is called x; the file holds [a, b]",
		filepath.Join(dir, "short.npy"):  "short.npy: damaged",
		filepath.Join(dir, "long.npy"):   "1 bytes after its end",
		filepath.Join(dir, "text.npz"):   "not an .npz file",
		filepath.Join(dir, "points.csv"): "must be .npz or .npy",
	} {
		if _, err := Open(path, Options{}); err == nil || !strings.Contains(err.Error(), says) ||
			!strings.Contains(err.Error(), filepath.Base(path)) {
			t.Errorf("%s: %v", path, err)
		}
	}
	_, err = newArray(Info{Shape: []int{1, 1, 3}}, []float64{0, 1, 0.5, 0, 2, 0})
	if err == nil || !strings.Contains(err.Error(), "image 1 holds 2") {
		t.Errorf("an image value of 2 gave %v", err)
	}
}

// paint writes a PNG of the given size whose left half is red and right half blue.
func paint(t *testing.T, path string, width, height int) {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			c := color.NRGBA{R: 255, A: 255}
			if x >= width/2 {
				c = color.NRGBA{B: 255, A: 255}
			}
			picture.SetNRGBA(x, y, c)
		}
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(png.Encode(file, picture), file.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	for i := range 5 {
		paint(t, filepath.Join(dir, "train", fmt.Sprint(i%2), fmt.Sprint(i, ".png")), 8, 4)
	}
	paint(t, filepath.Join(dir, "test", "0.png"), 8, 4)
	write(t, filepath.Join(dir, "train", "notes.txt"), []byte("not an image"))
	ds := open(t, dir, Options{})
	if info := ds.Info(); info.Len != 5 || !slices.Equal(info.Shape, []int{4, 8, 3}) {
		t.Errorf("train: %+v", info)
	}
	x, err := ReadRange(ds, 4, 1)
	if err != nil || !slices.Equal(x[:3], []float32{1, -1, -1}) || !slices.Equal(x[4*3:5*3], []float32{-1, -1, 1}) {
		t.Errorf("first row: %v (%v)", x[:8*3], err)
	}
	test := open(t, dir, Options{Split: "test", Size: 2}) // the middle 4×4, halved
	x, err = ReadRange(test, 0, 1)
	if info := test.Info(); err != nil || info.Len != 1 || !slices.Equal(info.Shape, []int{2, 2, 3}) {
		t.Fatalf("test: %+v (%v)", info, err)
	}
	if x[0] < 0.5 || x[2] > -0.5 || x[3] > -0.5 || x[5] < 0.5 {
		t.Errorf("cropped and resized: %v, expected red left, blue right", x)
	}
}

func TestFolderRefused(t *testing.T) {
	empty, mixed, broken := t.TempDir(), t.TempDir(), t.TempDir()
	paint(t, filepath.Join(mixed, "a.png"), 8, 8)
	paint(t, filepath.Join(mixed, "b.png"), 9, 8)
	write(t, filepath.Join(broken, "a.png"), []byte("not a picture"))
	for dir, says := range map[string]string{
		empty:  "holds no .png",
		mixed:  "b.png is (9,8) but the first image is (8,8): give a size",
		broken: "a.png",
	} {
		if _, err := Open(dir, Options{}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", dir, err)
		}
	}
	if _, err := Open(mixed, Options{Split: "test"}); !errors.Is(err, ErrMissing) {
		t.Errorf("a folder without test split gave %v", err)
	}
	if ds := open(t, mixed, Options{Size: 4}); !slices.Equal(ds.Info().Shape, []int{4, 4, 3}) {
		t.Errorf("mixed sizes with a size asked for: %v", ds.Info().Shape)
	}
}
