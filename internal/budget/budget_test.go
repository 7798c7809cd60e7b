package budget

import (
	"errors"
	"io/fs"
	"math"
	"testing"
)

func TestCheck(t *testing.T) {
	if bytes, err := ParseLimit("1.5GB"); err != nil || bytes != 1_500_000_000 {
		t.Errorf("1.5GB is %d: %v", bytes, err)
	}
	for _, wrong := range []string{"", "8", "GB", "-1GB", "1e30GB", "NaNGB", "8 bits"} {
		if bytes, err := ParseLimit(wrong); err == nil {
			t.Errorf("%q is read as %d", wrong, bytes)
		}
	}
	SetLimit(1000)
	defer SetLimit(0)
	if err := Check("it", 1000); err != nil {
		t.Errorf("what fits is refused: %v", err)
	}
	for _, bytes := range []float64{1001, 1e30, math.Inf(1)} {
		if err := Check("it", bytes); !errors.Is(err, ErrTooLarge) {
			t.Errorf("%g bytes: %v", bytes, err)
		}
	}
}

// The least limit between a group and its root counts, in both versions; "max" is none.
func TestGroupLimit(t *testing.T) {
	files := map[string]string{
		"/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "5000\n",
		"/sys/fs/cgroup/memory/memory.limit_in_bytes": "7000\n",
	}
	read := func(path string) ([]byte, error) {
		if text, ok := files[path]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	for groups, want := range map[string]uint64{
		"0::/a/b\n": 5000, "3:cpu:/\n5:memory:/docker/x\n": 7000, "5:memory:/\n0::/a\n": 5000, "": math.MaxUint64, "0::/\n": math.MaxUint64,
	} {
		if got := groupLimit(groups, read); got != want {
			t.Errorf("%q: %d, want %d", groups, got, want)
		}
	}
}
