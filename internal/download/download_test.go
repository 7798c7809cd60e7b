package download

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var content = bytes.Repeat([]byte("served "), 10_000)

func hash(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// serve answers requests by the functions given, the last one for ever, and notes the ranges asked for.
func serve(t *testing.T, answers ...http.HandlerFunc) (url string, ranges *[]string) {
	ranges = new([]string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*ranges = append(*ranges, r.Header.Get("Range"))
		answers[min(len(*ranges), len(answers))-1](w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, ranges
}

func whole(w http.ResponseWriter, r *http.Request) {
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func half(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", fmt.Sprint(len(content)))
	w.Write(content[:len(content)/2])
	http.NewResponseController(w).Flush()
}

// Broken off, it goes on where it was, also with a server that sends all of it again; there, it is not asked for again.
func TestResumes(t *testing.T) {
	all := func(w http.ResponseWriter, r *http.Request) { r.Header.Del("Range"); whole(w, r) }
	for name, second := range map[string]http.HandlerFunc{"the rest": whole, "all again": all} {
		url, ranges := serve(t, half, second)
		path := filepath.Join(t.TempDir(), "file")
		if err := File(t.Context(), url, path, hash(content), nil); err == nil ||
			!strings.Contains(err.Error(), "unexpected EOF") {
			t.Fatalf("%s: broken off, it gave %v", name, err)
		}
		var done, total int64
		for range 2 {
			if err := File(t.Context(), url, path, hash(content), func(d, n int64) { done, total = d, n }); err != nil {
				t.Fatal(err)
			}
		}
		if got, _ := os.ReadFile(path); !bytes.Equal(got, content) || done != total || total != int64(len(content)) {
			t.Errorf("%s: %d bytes, progress %d of %d", name, len(got), done, total)
		}
		if want := fmt.Sprintf("bytes=%d-", len(content)/2); len(*ranges) != 2 || (*ranges)[1] != want {
			t.Errorf("%s: asked for %q, want %s in the second request and no third", name, *ranges, want)
		}
	}
}

// What has another hash never gets the name, and is not kept to go on with.
func TestOtherBytes(t *testing.T) {
	url, _ := serve(t, whole)
	path := filepath.Join(t.TempDir(), "file")
	if err := File(t.Context(), url, path, hash(nil), nil); err == nil || !strings.Contains(err.Error(), "expected "+hash(nil)) {
		t.Errorf("other bytes gave %v", err)
	}
	if left, _ := filepath.Glob(path + "*"); left != nil {
		t.Errorf("other bytes left %v", left)
	}
}

// Neither a server that refuses nor a cancelled context is waited for.
func TestEnds(t *testing.T) {
	gone, _ := serve(t, http.NotFound)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	path := filepath.Join(t.TempDir(), "file")
	if err := File(t.Context(), gone, path, "", nil); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a missing page gave %v", err)
	}
	if err := File(cancelled, gone, path, "", nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled, it gave %v", err)
	}
}
