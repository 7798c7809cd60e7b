package dataset

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// madeUp100 returns the records of madeUp with two bytes of labels: i%20 and 10i.
func madeUp100(n int) (raw []byte) {
	one := madeUp(n)
	for i := range n {
		raw = append(raw, byte(i%20), byte(10*i))
		raw = append(raw, one[i*cifarRecord+1:(i+1)*cifarRecord]...)
	}
	return raw
}

// put writes a file below root, folders included.
func put(t *testing.T, raw []byte, path ...string) {
	t.Helper()
	file := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, file, raw)
}

// sameAsMadeUp compares image i with the formula of madeUp's record number record.
func sameAsMadeUp(t *testing.T, ds Dataset, i, record int) {
	t.Helper()
	x, err := ReadRange(ds, i, 1)
	if err != nil {
		t.Fatal(err)
	}
	for at, got := range x {
		if row, col, k := at/96, at/3%32, at%3; got != level[madeUpPixel(record, row, col, k)] {
			t.Fatalf("%s: image %d, row %d, column %d, channel %d is %v", ds.Info().Name, i, row, col, k, got)
		}
	}
}

func TestCIFAR100(t *testing.T) {
	root := t.TempDir()
	put(t, madeUp100(4), root, cifar100Folder, "train.bin")
	put(t, append(madeUp100(1), 21, 3), root, cifar100Folder, "test.bin")
	ds := open(t, "cifar100", Options{Root: root})
	if info := ds.Info(); info.Len != 4 || info.Title != "CIFAR-100 train, a part: 4 of 50000 images, not verified" {
		t.Errorf("%+v", info)
	}
	for i := range 4 {
		if label, err := ds.(*Images).Label(i); err != nil || label != 10*i {
			t.Errorf("label of %d is %d (%v), expected the fine one", i, label, err)
		}
		sameAsMadeUp(t, ds, i, i)
	}
	if _, err := Open("cifar100", Options{Root: root, Split: "test"}); err == nil ||
		!strings.Contains(err.Error(), "3076 bytes, expected whole records of 3074") {
		t.Errorf("a broken record gave %v", err)
	}
	coarse := madeUp100(2)
	coarse[3074] = 20
	put(t, coarse, root, cifar100Folder, "test.bin")
	if _, err := Open("cifar100", Options{Root: root, Split: "test"}); err == nil ||
		!strings.Contains(err.Error(), "record 1 has label 20, expected 0 to 19") {
		t.Errorf("a superclass of 20 gave %v", err)
	}
}

func TestOriginals(t *testing.T) {
	root := t.TempDir()
	put(t, madeUp(3)[2*cifarRecord:], root, cifarOriginalFolder, "data_batch_2_first1.bin")
	put(t, madeUp(2), root, cifarOriginalFolder, "data_batch_1_first2.bin")
	ds := open(t, "cifar10-original", Options{Root: root})
	if info := ds.Info(); info.Len != 3 || !strings.HasSuffix(info.Title, "train, a part: 3 of 50000 images, not verified") {
		t.Errorf("%+v", info)
	}
	for i := range 3 {
		sameAsMadeUp(t, ds, i, i)
	}
	if _, err := Open("cifar10-original", Options{Root: root, Split: "test"}); !errors.Is(err, ErrMissing) ||
		!strings.Contains(err.Error(), "test_batch*.bin") {
		t.Errorf("without a test file: %v", err)
	}
}

// TestMissing: whatever comes from files says where it was looked for and how to get it.
func TestMissing(t *testing.T) {
	root := t.TempDir()
	for name, says := range map[string]string{
		"cifar10": "fetch cifar10", "cifar10-original": "data_batch*.bin", "cifar10-interp": "fetch cifar10", "cifar100": "fetch cifar100",
		"svhn": "fetch svhn", "celeba": "mmlab.ie.cuhk.edu.hk",
	} {
		for _, dir := range []string{root, ""} {
			_, err := Open(name, Options{Root: dir})
			if !errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), dir) ||
				!strings.Contains(err.Error(), "VAPO_DATA") {
				t.Errorf("%s below %q: %v", name, dir, err)
			}
		}
		if _, ok := archives[name]; ok != slices.Contains(Fetchable(), name) {
			t.Errorf("Fetchable is wrong about %s", name)
		}
	}
}

// TestRealMeans reads the sets that VAPO_DATA holds, whole or in part, and compares the mean colour with that of the
// whole test split, as known from the literature; the bound allows for a part.
func TestRealMeans(t *testing.T) {
	for name, want := range map[string][3]float64{"cifar100": {129.7, 124.3, 112.7}, "svhn": {115.4, 115.4, 119.6}} {
		ds, err := Open(name, Options{Root: os.Getenv("VAPO_DATA"), Split: "test"})
		if errors.Is(err, ErrMissing) {
			t.Log(err)
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		var sum [3]float64
		pixels := ds.(*Images).pixels
		for at, v := range pixels {
			sum[at%3] += float64(v)
		}
		for k := range 3 {
			if mean := sum[k] * 3 / float64(len(pixels)); mean < want[k]-3 || mean > want[k]+3 {
				t.Errorf("%s, channel %d: mean %.1f, expected %.1f ± 3", ds.Info().Title, k, mean, want[k])
			}
		}
	}
}
