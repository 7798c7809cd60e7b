package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/jpeg" // decoders of the formats that a folder may hold
	_ "image/png"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/image/draw"

	"vapoflow/internal/regular"
)

// openFolder reads every .png, .jpg and .jpeg below a folder, in the order of their names, as RGB. Where the folder
// has a subfolder called as the split, train or test, only that one is read. All images must have one size, unless
// opt.Size asks for a central square crop resized to Size×Size. Transparent pixels lie on black.
func openFolder(root string, opt Options) (Dataset, error) {
	folder, err := splitFolder(root, opt.Split)
	if err != nil {
		return nil, err
	}
	if opt.Size < 0 {
		return nil, fmt.Errorf("dataset: size %d: image sizes are positive, 0 leaves them as they are", opt.Size)
	}
	files, err := imageFiles(folder)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("dataset: %s holds no .png, .jpg or .jpeg file", folder)
	}
	side, err := sizeOf(files[0], opt.Size)
	if err != nil {
		return nil, err
	}
	if err := checkImages(len(files), side); err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", folder, err)
	}
	set := &Images{pixels: make([]uint8, len(files)*side.X*side.Y*3)}
	sums, err := decodeAll(files, side, opt.Size, set.pixels)
	if err != nil {
		return nil, err
	}
	set.info = Info{
		Name:   root,
		Title:  fmt.Sprintf("%s (own images, %s)", filepath.Base(root), opt.Split),
		Shape:  []int{side.Y, side.X, 3},
		Len:    len(files),
		SHA256: hex.EncodeToString(sums),
		Source: folder,
	}
	return set, nil
}

// splitFolder returns root/split where it exists; without it, all of root is the training split.
func splitFolder(root, split string) (string, error) {
	folder := filepath.Join(root, split)
	if stat, err := os.Stat(folder); err == nil && stat.IsDir() {
		return folder, nil
	}
	if split == "test" {
		return "", fmt.Errorf("dataset: %s has no test split: %w: there is no folder %s", root, ErrMissing, folder)
	}
	return root, nil
}

// imageFiles lists the images below folder in lexical order, hidden files and folders left out.
func imageFiles(folder string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if strings.HasPrefix(d.Name(), ".") && path != folder {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if !d.IsDir() && isImageName(path) {
			files = append(files, path)
		}
		return nil
	})
	return files, err
}

const maxPicture = 1 << 30 // bytes of a picture's file

// isImageName tells the files that are decoded.
func isImageName(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg"}, strings.ToLower(filepath.Ext(name)))
}

// sizeOf returns the size that all images of the set will have: the one asked for, or that of the first file.
func sizeOf(file string, size int) (image.Point, error) {
	if size > 0 {
		return image.Pt(size, size), nil
	}
	raw, err := regular.ReadFile(file, maxPicture)
	if err != nil {
		return image.Point{}, fmt.Errorf("dataset: %w", err)
	}
	side, err := pictureSize(raw)
	if err != nil {
		return image.Point{}, fmt.Errorf("dataset: %s: %w", file, err)
	}
	return side, nil
}

// decodeAll fills pixels [len(files), height, width, 3] on all cores and returns a hash over the bytes of the files
// in their order. The first error in that order wins.
func decodeAll(files []string, side image.Point, size int, pixels []uint8) ([]byte, error) {
	sums := make([][sha256.Size]byte, len(files))
	errs := make([]error, len(files))
	stride := side.X * side.Y * 3
	next := make(chan int)
	var workers sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for i := range next {
				sums[i], errs[i] = decode(files[i], side, size, pixels[i*stride:(i+1)*stride])
			}
		})
	}
	for i := range files {
		next <- i
	}
	close(next)
	workers.Wait()
	all := sha256.New()
	for i, err := range errs {
		if err != nil {
			return nil, err
		}
		all.Write(sums[i][:])
	}
	return all.Sum(nil), nil
}

// decode reads one file into rgb [side.Y, side.X, 3] and returns the hash of its bytes.
func decode(file string, side image.Point, size int, rgb []uint8) (sum [sha256.Size]byte, err error) {
	raw, err := regular.ReadFile(file, maxPicture)
	if err != nil {
		return sum, fmt.Errorf("dataset: %w", err)
	}
	picture, err := decodePicture(raw)
	if err != nil {
		return sum, fmt.Errorf("dataset: %s: %w", file, err)
	}
	if size == 0 && picture.Bounds().Size() != side {
		return sum, fmt.Errorf("dataset: %s is %v but the first image is %v: give a size to crop and resize them to",
			file, picture.Bounds().Size(), side)
	}
	crop := picture.Bounds()
	if size > 0 {
		crop = centred(crop, min(crop.Dx(), crop.Dy()))
	}
	canvas := fit(picture, crop, side, draw.CatmullRom)
	for i := range side.X * side.Y {
		copy(rgb[3*i:3*i+3], canvas.Pix[4*i:])
	}
	return sha256.Sum256(raw), nil
}
