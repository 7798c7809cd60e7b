package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// The layout of https://www.cs.toronto.edu/~kriz/cifar.html, "binary version": files of 10,000 records, each one byte
// of label and 3,072 of pixels, channel by channel (red, green, blue), rows from the top.
const (
	cifarFolder  = "cifar-10-batches-bin"
	cifarSide    = 32
	cifarPixels  = cifarSide * cifarSide * 3
	cifarRecord  = 1 + cifarPixels
	cifarRecords = 10_000
	cifarClasses = 10
)

// recordFile is one file of the official archive. Its hash is the one by which the torchvision-ruby package checks
// what it unpacks from the archive with the checksum in fetch.go; other public records confirm that of test_batch.bin.
type recordFile struct{ name, sha256 string }

var cifarFiles = map[string][]recordFile{
	"train": {
		{"data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5"},
		{"data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed"},
		{"data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67"},
		{"data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48"},
		{"data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add"},
	},
	"test": {
		{"test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b"},
	},
}

func openCIFAR10(e entry, opt Options) (Dataset, error) {
	folder, err := findFolder(e.name, opt.Root, cifarFolder)
	if err != nil {
		return nil, err
	}
	return loadCIFAR(e, folder, opt.Split, cifarFiles[opt.Split], cifarRecords)
}

// findFolder returns root/folder, or an error that says where the set was looked for and how to get it.
func findFolder(name, root, folder string) (string, error) {
	if root == "" {
		return "", fmt.Errorf("dataset: %s: %w: no data folder was given; run `experiments data fetch %s`, or set VAPO_DATA to the folder that holds %s",
			name, ErrMissing, name, folder)
	}
	path := filepath.Join(root, folder)
	if stat, err := os.Stat(path); err != nil || !stat.IsDir() {
		return "", fmt.Errorf("dataset: %s: %w: there is no folder %s; run `experiments data fetch %s`, or set VAPO_DATA to the folder that holds %s",
			name, ErrMissing, path, name, folder)
	}
	return path, nil
}

// loadCIFAR reads the files of one split, each of the given number of records.
func loadCIFAR(e entry, folder, split string, files []recordFile, records int) (*Images, error) {
	set := &Images{
		pixels: make([]uint8, 0, len(files)*records*cifarPixels),
		labels: make([]uint8, 0, len(files)*records),
	}
	official, all := true, sha256.New()
	for _, file := range files {
		raw, err := readRecords(filepath.Join(folder, file.name), records)
		if err != nil {
			return nil, fmt.Errorf("%w; remove the folder and run `experiments data fetch %s`", err, e.name)
		}
		all.Write(raw)
		sum := sha256.Sum256(raw)
		official = official && hex.EncodeToString(sum[:]) == file.sha256
		for at := 0; at < len(raw); at += cifarRecord {
			set.labels = append(set.labels, raw[at])
			set.pixels = appendInterleaved(set.pixels, raw[at+1:at+cifarRecord])
		}
	}
	set.info = Info{
		Name:   e.name,
		Title:  e.title + " " + split,
		Shape:  []int{cifarSide, cifarSide, 3},
		Len:    len(set.labels),
		SHA256: hex.EncodeToString(all.Sum(nil)),
		Source: folder,
	}
	if !official {
		set.info.Title += ", not the official bytes"
		if looksLikeJPEG(set) {
			set.info.Title += " (JPEG copy)"
		}
	}
	return set, nil
}

// readRecords returns the bytes of one file after checking its size and every label.
func readRecords(path string, records int) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("dataset: %s is missing, though its folder is there", path)
	}
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	if want := records * cifarRecord; len(raw) != want {
		return nil, fmt.Errorf("dataset: %s is damaged: %d bytes, expected %d (%d records of %d)", path, len(raw), want, records, cifarRecord)
	}
	for at := 0; at < len(raw); at += cifarRecord {
		if raw[at] >= cifarClasses {
			return nil, fmt.Errorf("dataset: %s is damaged: record %d has label %d, expected 0 to %d", path, at/cifarRecord, raw[at], cifarClasses-1)
		}
	}
	return raw, nil
}

// appendInterleaved turns one image from channel by channel to pixel by pixel.
func appendInterleaved(dst, planes []uint8) []uint8 {
	n := len(planes) / 3
	for i := range n {
		dst = append(dst, planes[i], planes[n+i], planes[2*n+i])
	}
	return dst
}
