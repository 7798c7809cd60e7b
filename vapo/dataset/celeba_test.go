package dataset

import (
	"archive/zip"
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ramp is a picture whose red counts columns and whose green counts rows, each from the left or top of the square of
// that side in the middle; blue is the same everywhere.
func ramp(t *testing.T, width, height, square int, blue uint8) []byte {
	t.Helper()
	picture := image.NewNRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			picture.SetNRGBA(x, y, color.NRGBA{uint8(x - (width-square)/2), uint8(y - (height-square)/2), blue, 255})
		}
	}
	var file bytes.Buffer
	if err := png.Encode(&file, picture); err != nil { // exact, whatever the file is called
		t.Fatal(err)
	}
	return file.Bytes()
}

const partition = "000001.jpg 0\n000002.jpg 2\n000003.jpg 0\n000004.jpg 1\n000005.jpg 0\n000006.jpg 2\n"

// TestCelebA: the splits follow the list, in its order; the middle 140×140 is resized so that a ramp stays a ramp, its
// values those at the middles of the new pixels; archive and folder give the same.
func TestCelebA(t *testing.T) {
	zipped, folder := t.TempDir(), t.TempDir()
	var archive bytes.Buffer
	pack := zip.NewWriter(&archive)
	for k, name := range []string{"000001.jpg", "000002.jpg", "000003.jpg", "000004.jpg"} { // two of six are not there
		raw := ramp(t, 178, 218, celebaCrop, uint8(50*k))
		put(t, raw, folder, celebaFolder, celebaAlbum, name)
		file, err := pack.Create(celebaAlbum + "/" + name)
		if err := errors.Join(err, ignoreCount(file.Write(raw))); err != nil {
			t.Fatal(err)
		}
	}
	if err := pack.Close(); err != nil {
		t.Fatal(err)
	}
	put(t, archive.Bytes(), zipped, celebaFolder, celebaAlbum+".zip")
	var hashes []string
	for _, root := range []string{zipped, folder} {
		put(t, []byte(partition), root, celebaFolder, celebaList)
		train := open(t, "celeba", Options{Root: root})
		if handles, _ := filepath.Glob("/proc/self/fd/*"); slices.ContainsFunc(handles, func(handle string) bool {
			file, _ := os.Readlink(handle)
			return strings.HasPrefix(file, root)
		}) {
			t.Error("a file stays open")
		}
		info := train.Info()
		if info.Len != 2 || !slices.Equal(info.Shape, []int{64, 64, 3}) ||
			info.Title != "CelebA train, a part: 2 of 162770 images, the middle 140×140 resized to 64×64" {
			t.Errorf("%+v", info)
		}
		hashes = append(hashes, info.SHA256)
		checkRamp(t, train, 0, 64, 0)
		checkRamp(t, train, 1, 64, 100)
		small := open(t, "celeba", Options{Root: root, Split: "test", Size: 32})
		if small.Info().Len != 1 {
			t.Errorf("%+v", small.Info())
		}
		checkRamp(t, small, 0, 32, 50)
	}
	if hashes[0] != hashes[1] || len(hashes[0]) != 64 {
		t.Errorf("hashes of the same images: %v", hashes)
	}
}

func checkRamp(t *testing.T, ds Dataset, i, side int, blue uint8) {
	t.Helper()
	x, err := ReadRange(ds, i, 1)
	if err != nil {
		t.Fatal(err)
	}
	at := func(k int) float64 { return (float64(k)+0.5)*celebaCrop/float64(side) - 0.5 }
	for row := 2; row < side-2; row++ { // the kernel is cut off at the edges
		for col := 2; col < side-2; col++ {
			got := x[3*(row*side+col):][:3]
			for k, want := range []float64{at(col), at(row), float64(blue)} {
				if grey := (float64(got[k]) + 1) * 127.5; math.Abs(grey-want) > 1 {
					t.Fatalf("row %d, column %d, channel %d: %.2f, expected %.2f", row, col, k, grey, want)
				}
			}
		}
	}
}

// TestCelebASmall: images of 64×64 are taken as they are, byte for byte.
func TestCelebASmall(t *testing.T) {
	root := t.TempDir()
	put(t, ramp(t, 64, 64, 64, 7), root, celebaSmall, "train", "000009.jpg")
	ds := open(t, "celeba", Options{Root: root})
	x, err := ReadRange(ds, 0, 1)
	if info := ds.Info(); err != nil || !strings.Contains(info.Title, "a part: 1 of 162770 images, not the official archive") ||
		!strings.HasSuffix(info.Source, "train") {
		t.Fatalf("%+v (%v)", info, err)
	}
	for k, got := range x {
		if want := []uint8{uint8(k / 3 % 64), uint8(k / 192), 7}[k%3]; got != level[want] {
			t.Fatalf("value %d is %v, expected %v", k, got, level[want])
		}
	}
	put(t, ramp(t, 32, 32, 32, 7), root, celebaSmall, "train", "000010.jpg")
	ds = open(t, "celeba", Options{Root: root})
	if _, err := ReadRange(ds, 0, 2); err == nil || !strings.Contains(err.Error(), "000010.jpg is 32×32, expected 64×64") {
		t.Errorf("an image of another size gave %v", err)
	}
}

func TestCelebARefused(t *testing.T) {
	root := t.TempDir()
	album := filepath.Join(root, celebaFolder, celebaAlbum)
	put(t, ramp(t, 64, 64, 64, 0), album, "000001.jpg")
	if _, err := Open("celeba", Options{Root: root}); !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), celebaList) {
		t.Errorf("without the list: %v", err)
	}
	put(t, []byte(partition), root, celebaFolder, celebaList)
	if _, err := Open("celeba", Options{Root: root}); err == nil || !strings.Contains(err.Error(), "is 64×64, expected 178×218") {
		t.Errorf("images of another size: %v", err)
	}
	if _, err := Open("celeba", Options{Root: root, Split: "test"}); err == nil ||
		!strings.Contains(err.Error(), "none of the images of the test split") {
		t.Errorf("no test images: %v", err)
	}
	put(t, []byte("PK but no archive"), root, celebaFolder, celebaAlbum+".zip")
	if _, err := Open("celeba", Options{Root: root}); err == nil || errors.Is(err, ErrMissing) ||
		!strings.Contains(err.Error(), ".zip") {
		t.Errorf("a damaged archive: %v", err)
	}
	if err := os.RemoveAll(filepath.Join(root, celebaFolder)); err != nil {
		t.Fatal(err)
	}
	put(t, nil, root, celebaSmall, "train", "notes.txt")
	if _, err := Open("celeba", Options{Root: root}); !errors.Is(err, ErrMissing) {
		t.Errorf("an empty folder: %v", err)
	}
}
