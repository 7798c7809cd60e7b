package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"vapoflow/internal/regular"
)

// The layout of https://www.cs.toronto.edu/~kriz/cifar.html, "binary version": files of records, each one or two bytes
// of labels and 3,072 of pixels, channel by channel (red, green, blue), rows from the top.
const (
	cifarSide    = 32
	cifarPixels  = cifarSide * cifarSide * 3
	cifarClasses = 10
	cifarRecord  = 1 + cifarPixels // of CIFAR-10
	cifarTrain   = 50_000          // images of the whole split, of CIFAR-10 and CIFAR-100 alike
	cifarTest    = 10_000
)

// recordFile is one file of records.
type recordFile struct {
	name    string
	sha256  string // of the official file; "" where there is none
	records int    // how many it must hold; 0 = any number
}

// recordSet says how records are read.
type recordSet struct {
	entry
	classes []int          // number of classes of each byte of labels; the last byte is kept
	total   map[string]int // images of the whole split
}

// load reads the files of one split.
func (s recordSet) load(folder, split string, files []recordFile) (*Images, error) {
	size := len(s.classes) + cifarPixels
	set := &Images{pixels: make([]uint8, 0, s.count(folder, files)*cifarPixels)}
	official, all := true, sha256.New()
	for _, file := range files {
		raw, err := s.readFile(filepath.Join(folder, file.name), file.records)
		if err != nil {
			return nil, fmt.Errorf("%w%s", err, advice(s.name))
		}
		all.Write(raw)
		sum := sha256.Sum256(raw)
		official = official && hex.EncodeToString(sum[:]) == file.sha256
		for ; len(raw) > 0; raw = raw[size:] {
			set.labels = append(set.labels, raw[len(s.classes)-1])
			set.pixels = appendInterleaved(set.pixels, raw[len(s.classes):size])
		}
	}
	set.info = Info{
		Name:   s.name,
		Shape:  []int{cifarSide, cifarSide, 3},
		Len:    len(set.labels),
		SHA256: hex.EncodeToString(all.Sum(nil)),
		Source: folder,
	}
	set.info.Title = s.title + " " + split + provenance(set, s.total[split], official)
	return set, nil
}

// count is the number of records that the sizes of the files promise, so that their pixels are laid out once.
func (s recordSet) count(folder string, files []recordFile) int {
	var bytes int64
	for _, file := range files {
		if stat, err := os.Stat(filepath.Join(folder, file.name)); err == nil {
			bytes += stat.Size()
		}
	}
	return int(bytes) / (len(s.classes) + cifarPixels)
}

// advice is what to do about a damaged file of a set.
func advice(name string) string {
	if _, ok := archives[name]; !ok {
		return ""
	}
	return fmt.Sprintf("; remove the folder and run `experiments data fetch %s`", name)
}

const maxRecords = 1 << 30 // bytes of a file of any number of records

// readFile returns the bytes of one file after checking its size and every label.
func (s recordSet) readFile(path string, records int) ([]byte, error) {
	most := int64(maxRecords)
	if records > 0 {
		most = 2 * int64(records*(len(s.classes)+cifarPixels)) // so that one that is too long is told as such
	}
	raw, err := regular.ReadFile(path, most)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("dataset: %s is missing, though its folder is there", path)
	}
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	size := len(s.classes) + cifarPixels
	if want := records * size; records > 0 && len(raw) != want {
		return nil, fmt.Errorf("dataset: %s is damaged: %d bytes, expected %d (%d records of %d)",
			path, len(raw), want, records, size)
	}
	if len(raw) == 0 || len(raw)%size != 0 {
		return nil, fmt.Errorf("dataset: %s is damaged: %d bytes, expected whole records of %d", path, len(raw), size)
	}
	for at := 0; at < len(raw); at += size {
		for k, classes := range s.classes {
			if label := int(raw[at+k]); label >= classes {
				return nil, fmt.Errorf("dataset: %s is damaged: record %d has label %d, expected 0 to %d",
					path, at/size, label, classes-1)
			}
		}
	}
	return raw, nil
}

// provenance is what a title says about where the images come from: nothing where they are the official ones.
func provenance(set *Images, total int, official bool) (says string) {
	switch {
	case set.info.Len != total:
		says = fmt.Sprintf(", a part: %d of %d images, not verified", set.info.Len, total)
	case !official:
		says = ", not the official bytes"
	default:
		return ""
	}
	if looksLikeJPEG(set) {
		says += " (JPEG copy)"
	}
	return says
}

// appendInterleaved turns one image from channel by channel to pixel by pixel.
func appendInterleaved(dst, planes []uint8) []uint8 {
	n := len(planes) / 3
	for i := range n {
		dst = append(dst, planes[i], planes[n+i], planes[2*n+i])
	}
	return dst
}
