package dataset

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"vapoflow/internal/filehash"
)

const svhnFolder = "svhn"

// svhnFiles are the cropped digits of http://ufldl.stanford.edu/housenumbers. The page gives no checksums: the SHA-256
// are those of torchvision's prototype of the set; its released one pins the MD5 e26dedcc434d2e4c54c9b2d4a06d8373 (train)
// and eb5a983be6a315427106f1b164d9cef3 (test).
var svhnFiles = map[string]recordFile{
	"train": {"train_32x32.mat", "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8", 73_257},
	"test":  {"test_32x32.mat", "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b", 26_032},
}

// openSVHN reads Street View House Numbers (Netzer et al. 2011), cropped digits: a MAT-file with X [32, 32, 3, n] and y
// [n], where label 10 is the digit 0.
func openSVHN(e entry, opt Options) (Dataset, error) {
	folder, err := findFolder(e.name, opt.Root, svhnFolder)
	if err != nil {
		return nil, err
	}
	file := svhnFiles[opt.Split]
	path := filepath.Join(folder, file.name)
	arrays, err := readMAT(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, missingError(e.name, "there is no "+path)
	}
	if err != nil {
		return nil, fmt.Errorf("dataset: %s: %w; remove it and run `experiments data fetch %s`", path, err, e.name)
	}
	set, err := svhnImages(arrays)
	if err != nil {
		return nil, fmt.Errorf("dataset: %s: %w", path, err)
	}
	sum, err := filehash.SHA256(path)
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	set.info.Name, set.info.SHA256, set.info.Source = e.name, sum, path
	set.info.Title = e.title + " " + opt.Split + provenance(set, file.records, sum == file.sha256)
	return set, nil
}

// svhnImages takes the set out of the arrays of a file. It turns the images around in place: X is all that memory holds.
func svhnImages(arrays map[string]matArray) (*Images, error) {
	x, y := arrays["X"], arrays["y"]
	n := len(y.values)
	if n == 0 || !slices.Equal(x.dims, []int{cifarSide, cifarSide, 3, n}) {
		return nil, fmt.Errorf("expected images X [32, 32, 3, n] and labels y [n]; X is %v and y is %v", x.dims, y.dims)
	}
	set := &Images{
		info:   Info{Shape: []int{cifarSide, cifarSide, 3}, Len: n},
		pixels: x.values,
		labels: make([]uint8, n),
	}
	for i, label := range y.values {
		if label < 1 || label > 10 {
			return nil, fmt.Errorf("label %d is %d, expected 1 to 10", i, label)
		}
		set.labels[i] = label % 10
	}
	var columns [cifarPixels]uint8 // channel by channel, column by column
	for ; len(x.values) > 0; x.values = x.values[cifarPixels:] {
		copy(columns[:], x.values)
		for k := range cifarPixels {
			row, col, channel := k/(3*cifarSide), k/3%cifarSide, k%3
			x.values[k] = columns[row+cifarSide*(col+cifarSide*channel)]
		}
	}
	return set, nil
}
