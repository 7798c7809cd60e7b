package inception

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vapoflow/vapo/internal/suite"
)

// long.pth is small-plain.pth with a text that declares 4 GB.
func TestLongPickle(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("testdata", "long.pth"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readBytes(content); err == nil || !strings.Contains(err.Error(), "declares 4278190083 bytes") {
		t.Errorf("read with %v", err)
	}
}

func FuzzReadState(f *testing.F) {
	for _, file := range []string{"small.pth", "small-plain.pth", "long.pth"} {
		content, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
		f.Add(content[:len(content)/2])
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		state, err := readState(bytes.NewReader(content), int64(len(content)))
		if err != nil {
			return
		}
		for name, a := range state {
			suite.Filled(t, name, a.dims, len(a.values))
		}
	})
}
