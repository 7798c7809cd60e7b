package docker_test

import (
	"os"
	"path"
	"strings"
	"testing"
)

// patterns reads the lines of a file, without comments.
func patterns(file string) (all []string) {
	text, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			all = append(all, line)
		}
	}
	return all
}

// ignored tells whether .dockerignore keeps a path of the repository out of the build context. It knows the patterns used there:
// PATH from the root with * within names, and **/NAME in any folder.
func ignored(file string) bool {
	for _, pattern := range patterns("../.dockerignore") {
		anywhere, everywhere := strings.CutPrefix(pattern, "**/")
		for part := path.Clean(file); part != "." && part != "/"; part = path.Dir(part) { // the file and every folder above it
			name := part
			if everywhere {
				name = path.Base(part)
			}
			if hit, _ := path.Match(anywhere, name); hit {
				return true
			}
		}
	}
	return false
}

func TestDockerignore(t *testing.T) {
	for _, pattern := range patterns("../.dockerignore") {
		rest := strings.TrimPrefix(pattern, "**/")
		if _, err := path.Match(rest, ""); err != nil || strings.ContainsAny(rest, "!") || strings.Contains(rest, "**") {
			t.Errorf("%s: a pattern that this test does not understand", pattern)
		}
	}
	for file, want := range map[string]bool{
		".git/config": true, "results/runs/a.npz": true, "notebooks/.ipynb_checkpoints/x.ipynb": true, "a/b/.env": true, "x/y.pem": true,
		"go.mod": false, "docker/entrypoint": false, "vapo/dataset/dataset.go": false, "notebooks/fig1.ipynb": false,
	} {
		if ignored(file) != want {
			t.Errorf("%s: ignored %v, want %v", file, !want, want)
		}
	}
	// What git leaves out (runs, data, built tools) does not belong in an image either.
	for _, pattern := range patterns("../.gitignore") {
		if name := strings.ReplaceAll(strings.Trim(pattern, "/"), "*", "x"); !ignored(name) {
			t.Errorf("%s is in .gitignore, not in .dockerignore", pattern)
		}
	}
}
