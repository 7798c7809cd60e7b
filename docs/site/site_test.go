package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	links = regexp.MustCompile(`(href|src)="([^"]*)"`)
	ids   = regexp.MustCompile(` id="([^"]*)"`)
)

// The site of this very repository opens from disk: what its pages show lies in it, their links lead to a page and to a place on it, and each
// kind of page has what a reader looks for there.
func TestSite(t *testing.T) {
	out := t.TempDir()
	n, err := write("../..", out)
	if err != nil {
		t.Fatal(err)
	}
	places, found := map[string]map[string]bool{}, map[string]string{}
	err = filepath.WalkDir(out, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		places[file] = map[string]bool{"": true}
		if filepath.Ext(file) != ".html" {
			return nil
		}
		text, err := os.ReadFile(file)
		found[file] = string(text)
		for _, id := range ids.FindAllStringSubmatch(string(text), -1) {
			places[file][id[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(found) != n {
		t.Errorf("%d pages were written, %d are there", n, len(found))
	}
	for file, text := range found {
		for _, link := range links.FindAllStringSubmatch(text, -1) {
			to, anchor, _ := strings.Cut(link[2], "#")
			if strings.HasPrefix(link[2], "data:") || link[1] == "href" && strings.HasPrefix(to, "https://") {
				continue
			}
			target := file
			if to != "" {
				target = filepath.Join(filepath.Dir(file), to)
			}
			if !places[target][anchor] {
				t.Errorf("%s: %s leads nowhere", strings.TrimPrefix(file, out), link[0])
			}
		}
	}
	for page, want := range map[string]string{
		"index.html": "<h1", "packages/vapo.html": "func Train", "packages/vapo/flow.html": "Example", "notebooks/tutorial-1-method.html": "<math",
		"docs/SCALE.html": "<table>", "packages/experiments.html": "go run ./experiments", "notebooks/tutorial-3-density.html": "data:image/png",
	} {
		if !strings.Contains(found[filepath.Join(out, page)], want) {
			t.Errorf("%s has no %s", page, want)
		}
	}
}
