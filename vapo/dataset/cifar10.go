package dataset

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

const (
	cifarFolder         = "cifar-10-batches-bin"
	cifarOriginalFolder = "cifar-10-original"
)

// partMark is a file that says that the folder holds a part of each file on purpose: without it a short file is damaged.
const partMark = "PART"

// The hashes are those by which the torchvision-ruby package checks what it unpacks from the archive with the checksum
// in fetch.go; other public records confirm that of test_batch.bin.
var cifarFiles = map[string][]recordFile{
	"train": {
		{"data_batch_1.bin", "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5", 10_000},
		{"data_batch_2.bin", "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed", 10_000},
		{"data_batch_3.bin", "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67", 10_000},
		{"data_batch_4.bin", "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48", 10_000},
		{"data_batch_5.bin", "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add", 10_000},
	},
	"test": {
		{"test_batch.bin", "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b", 10_000},
	},
}

var cifarTotal = map[string]int{"train": cifarTrain, "test": cifarTest}

func openCIFAR10(e entry, opt Options) (Dataset, error) {
	folder, err := findFolder(e.name, opt.Root, cifarFolder)
	if err != nil {
		return nil, err
	}
	files := cifarFiles[opt.Split]
	if _, err := os.Stat(filepath.Join(folder, partMark)); err == nil {
		files = slices.Clone(files)
		for i := range files {
			files[i].records = 0
		}
	}
	return cifar10Records(e).load(folder, opt.Split, files)
}

func cifar10Records(e entry) recordSet {
	return recordSet{entry: e, classes: []int{cifarClasses}, total: cifarTotal}
}

// openOriginals reads whatever official records of CIFAR-10 are at hand, data_batch*.bin and test_batch*.bin in the
// order of their names, each with any number of them: the control for tests on a copy whose pixels were changed.
func openOriginals(e entry, opt Options) (Dataset, error) {
	folder, err := findFolder(e.name, opt.Root, cifarOriginalFolder)
	if err != nil {
		return nil, err
	}
	pattern := "data_batch*.bin"
	if opt.Split == "test" {
		pattern = "test_batch*.bin"
	}
	paths, err := filepath.Glob(filepath.Join(folder, pattern))
	if err != nil {
		return nil, fmt.Errorf("dataset: %w", err)
	}
	if len(paths) == 0 {
		return nil, fmt.Errorf("dataset: %s: %w: %s holds no %s", e.name, ErrMissing, folder, pattern)
	}
	var files []recordFile
	for _, path := range paths {
		files = append(files, recordFile{name: filepath.Base(path)})
	}
	return cifar10Records(e).load(folder, opt.Split, files)
}
