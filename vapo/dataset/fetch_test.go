package dataset

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
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

// tarball packs the given entries; regular ones hold their own name many times over.
func tarball(t *testing.T, entries ...tar.Header) []byte {
	t.Helper()
	var file bytes.Buffer
	zip := gzip.NewWriter(&file)
	pack := tar.NewWriter(zip)
	for _, e := range entries {
		var body []byte
		if e.Typeflag == tar.TypeReg {
			body = []byte(strings.Repeat(e.Name, 1000))
		}
		e.Size, e.Mode = int64(len(body)), 0o644
		if err := errors.Join(pack.WriteHeader(&e), ignoreCount(pack.Write(body))); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(pack.Close(), zip.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func ignoreCount(_ int, err error) error { return err }

func plainEntry(name string) tar.Header { return tar.Header{Typeflag: tar.TypeReg, Name: name} }

// serve offers raw at an address of its own. The first cut requests break off half-way.
func serve(t *testing.T, raw []byte, cut int) (a archive, ranges *[]string) {
	t.Helper()
	ranges = new([]string)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*ranges = append(*ranges, r.Header.Get("Range"))
		if len(*ranges) <= cut {
			w.Header().Set("Content-Length", "999999")
			w.Write(raw[:len(raw)/2])
			http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(raw))
	}))
	t.Cleanup(server.Close)
	sum := sha256.Sum256(raw)
	return archive{url: server.URL + "/set.tar.gz", sha256: hex.EncodeToString(sum[:]), folder: "set"}, ranges
}

func TestFetch(t *testing.T) {
	raw := tarball(t, tar.Header{Typeflag: tar.TypeDir, Name: "set/"}, plainEntry("set/a.bin"), plainEntry("set/b.bin"))
	a, _ := serve(t, raw, 0)
	dir := filepath.Join(t.TempDir(), "new")
	var done, total int64
	if err := a.fetch(context.Background(), dir, func(d, n int64) { done, total = d, n }); err != nil {
		t.Fatal(err)
	}
	if done != int64(len(raw)) || total != done {
		t.Errorf("progress ended at %d of %d, the archive has %d bytes", done, total, len(raw))
	}
	for _, name := range []string{"a.bin", "b.bin"} {
		got, err := os.ReadFile(filepath.Join(dir, "set", name))
		if err != nil || string(got) != strings.Repeat("set/"+name, 1000) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	if names := list(t, dir); names != "set" {
		t.Errorf("the folder holds %s, expected the set alone", names)
	}
}

// TestFetchPlain: a file that is no archive goes into its folder as it is, and is not fetched again.
func TestFetchPlain(t *testing.T) {
	a, ranges := serve(t, []byte("not packed"), 0)
	a.plain = true
	dir := t.TempDir()
	for range 2 {
		if err := a.fetch(context.Background(), dir, nil); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(filepath.Join(dir, "set", "set.tar.gz"))
	if err != nil || string(got) != "not packed" || len(*ranges) != 1 {
		t.Errorf("%q, %v, after %d requests", got, err, len(*ranges))
	}
}

// TestFetchResumes: after a broken connection the rest is asked for, and only the rest.
func TestFetchResumes(t *testing.T) {
	raw := tarball(t, plainEntry("set/a.bin"))
	a, ranges := serve(t, raw, 1)
	dir := t.TempDir()
	if err := a.fetch(context.Background(), dir, nil); err == nil || list(t, dir) != "set.tar.gz.part" {
		t.Fatalf("a broken download gave %v and left %s", err, list(t, dir))
	}
	if err := a.fetch(context.Background(), dir, nil); err != nil || list(t, dir) != "set" {
		t.Fatalf("going on gave %v and left %s", err, list(t, dir))
	}
	if got, want := (*ranges)[1], fmt.Sprintf("bytes=%d-", len(raw)/2); got != want {
		t.Errorf("the second request asked for %q, expected %q", got, want)
	}
}

func TestFetchRefuses(t *testing.T) {
	good := tarball(t, plainEntry("set/a.bin"))
	for name, c := range map[string]struct {
		raw  []byte
		sum  string // "" = the right one
		says string
	}{
		"wrong bytes":   {good, strings.Repeat("0", 64), "expected 0000"},
		"path upwards":  {tarball(t, plainEntry("set/../../evil")), "", `unexpected entry "set/../../evil"`},
		"absolute path": {tarball(t, plainEntry("/tmp/evil")), "", `unexpected entry "/tmp/evil"`},
		"other folder":  {tarball(t, plainEntry("set/a.bin"), plainEntry("etc/evil")), "", `unexpected entry "etc/evil"`},
		"link":          {tarball(t, tar.Header{Typeflag: tar.TypeSymlink, Name: "set/evil", Linkname: "/"}), "", `unexpected entry "set/evil"`},
		"not an archive": {
			[]byte("<html>"), "", "unpacking",
		},
	} {
		a, _ := serve(t, c.raw, 0)
		if c.sum != "" {
			a.sha256 = c.sum
		}
		parent := t.TempDir()
		dir := filepath.Join(parent, "data")
		err := a.fetch(context.Background(), dir, nil)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if left := list(t, dir); strings.Contains(" "+left, " set ") || left == "set" || list(t, parent) != "data" {
			t.Errorf("%s: left %s and %s", name, left, list(t, parent))
		}
	}
}

func TestFetchStops(t *testing.T) {
	a, _ := serve(t, tarball(t, plainEntry("set/a.bin")), 0)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := a.fetch(ctx, t.TempDir(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled download gave %v", err)
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	a.url = gone.URL
	if err := a.fetch(context.Background(), t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("a missing page gave %v", err)
	}
	if err := Fetch(context.Background(), "ring8", t.TempDir(), nil); !errors.Is(err, ErrUnknown) {
		t.Errorf("fetching a formula gave %v", err)
	}
	damaged := t.TempDir()
	if err := os.Mkdir(filepath.Join(damaged, cifarFolder), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Fetch(context.Background(), "cifar10", damaged, nil); err == nil || !strings.Contains(err.Error(), "remove") {
		t.Errorf("fetching over damaged data gave %v", err)
	}
}

// list joins the names in a folder.
func list(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
