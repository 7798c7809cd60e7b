package inception

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"vapoflow/internal/filehash"
)

// Weights are downloaded once, appear whole or not at all, and only with the right hash.
func TestPublished(t *testing.T) {
	t.Setenv("VAPO_CACHE", t.TempDir())
	content, err := os.ReadFile("testdata/small.pth")
	if err != nil {
		t.Fatal(err)
	}
	sum, err := filehash.SHA256("testdata/small.pth")
	if err != nil {
		t.Fatal(err)
	}
	requests := 0
	answer := func(w http.ResponseWriter) { w.WriteHeader(http.StatusForbidden) }
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { requests++; answer(w) }))
	defer server.Close()
	source := published{server.URL, sum}
	fails := func(when string, want ...string) {
		t.Helper()
		_, err := source.get(context.Background(), "", nil)
		for _, text := range append(want, source.url, CachePath()) {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: error %v, want %q", when, err, text)
			}
		}
		if _, err := os.Stat(CachePath()); err == nil {
			t.Errorf("%s: weights are in the cache", when)
		}
	}
	fails("refused", "403 Forbidden", "or put the file at")
	answer = func(w http.ResponseWriter) { w.Write(content[1:]) }
	fails("other bytes", "served has sha256", sum)
	answer = func(w http.ResponseWriter) { w.Header().Set("Content-Length", "99999"); w.Write(content) }
	fails("cut off", "unexpected EOF")

	answer = func(w http.ResponseWriter) {
		w.Header().Set("Content-Length", fmt.Sprint(len(content)))
		w.Write(content)
	}
	var done, total int64
	w, err := source.get(context.Background(), "", func(d, n int64) { done, total = d, n })
	if err != nil || !slices.Equal(w.arrays["scalar"].values, []float32{0.1}) {
		t.Errorf("got %v, %v", w, err)
	}
	if done != int64(len(content)) || total != done {
		t.Errorf("progress ends at %d of %d bytes, want %d", done, total, len(content))
	}
	before := requests
	if _, err := source.get(context.Background(), "", nil); err != nil || requests != before {
		t.Errorf("the second time: %v after %d more requests", err, requests-before)
	}
}

func TestPathsGivenByHand(t *testing.T) {
	t.Setenv("VAPO_CACHE", t.TempDir())
	for path, want := range map[string]string{
		"testdata/small.pth":    "not the published " + SHA256,
		"testdata/no-such-file": "no such file",
	} {
		if _, err := Published(context.Background(), path, nil); err == nil || !strings.Contains(err.Error(), want) ||
			!strings.Contains(err.Error(), URL) {
			t.Errorf("%s: %v", path, err)
		}
	}
	w, err := Open("testdata/small.pth")
	if err != nil || w.published {
		t.Errorf("a file with another hash: published %t, %v", w.published, err)
	}
	if !strings.Contains(fileName, "-"+SHA256[:8]+".") {
		t.Errorf("%s does not carry the hash %s", fileName, SHA256)
	}
}

// VAPO_TEST_INCEPTION names a file that experiments/peers/inception.py --weights wrote: read, it is the formula's weights.
func TestWholeFile(t *testing.T) {
	path := os.Getenv("VAPO_TEST_INCEPTION")
	if path == "" {
		t.Skip("VAPO_TEST_INCEPTION names no file of `experiments/peers/inception.py --weights`")
	}
	got, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range formulaWeights(2048).arrays {
		if a := got.arrays[name]; !slices.Equal(a.dims, want.dims) || !slices.Equal(a.values, want.values) {
			t.Errorf("%s differs", name)
		}
	}
}
