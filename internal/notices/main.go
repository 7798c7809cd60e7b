// Command notices writes THIRD_PARTY_NOTICES: the licences of everything that is linked into the experiments command, Go's own
// and those of the modules, from the module cache. A test says when the file is not current.
//
//	make notices
package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"vapoflow/internal/atomicfile"
)

func main() {
	text, err := notices()
	if err == nil {
		err = atomicfile.WriteBytes("THIRD_PARTY_NOTICES", text)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

const header = `Third-party notices
===================

The experiments command is linked with Go's standard library and the modules below, under their own licences, which follow. This file is
generated from go.mod by "make notices".
`

// licence are the names of the files whose text must go with copies of the code.
var licence = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|patents)([-._].*)?$`)

// notices lists the modules of the command on linux/amd64 with XLA, wherever it runs: the largest set that there is.
func notices() ([]byte, error) {
	list := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}{{end}}", "vapoflow/experiments")
	list.Env = append(os.Environ(), "GOOS=linux", "GOARCH=amd64", "CGO_ENABLED=1", "GOEXPERIMENT=simd", "GOFLAGS=-mod=readonly")
	list.Stderr = os.Stderr
	packages, err := list.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w; `go mod download` fetches the modules", err)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	goroot := strings.TrimSpace(string(root))
	files := map[string][]string{} // module and its version to the files of its licences
	if files["Go"], err = licences(goroot); err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(packages)) {
		parts := strings.Split(strings.TrimSpace(line), "\t")
		if len(parts) != 3 {
			continue
		}
		module, top := parts[0], parts[1]
		for dir := parts[2]; len(dir) >= len(top); dir = filepath.Dir(dir) { // packages may have licences of their own
			found, err := licences(dir)
			if err != nil {
				return nil, err
			}
			files[module] = append(files[module], found...)
		}
	}
	var modules []string
	for module, found := range files {
		if modules = append(modules, module); len(found) == 0 {
			return nil, fmt.Errorf("%s has no file of a licence", module)
		}
	}
	slices.Sort(modules)
	out := bytes.NewBufferString(header)
	for _, module := range modules {
		slices.Sort(files[module])
		said := map[string]bool{}
		for _, file := range slices.Compact(files[module]) {
			text, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			plain := strings.TrimSpace(strings.ReplaceAll(string(text), "\r\n", "\n"))
			if said[plain] { // a copy in a package
				continue
			}
			said[plain] = true
			fmt.Fprintf(out, "\n%[1]s\n%[2]s: %[3]s\n%[1]s\n\n%[4]s\n",
				strings.Repeat("-", 80), module, filepath.Base(file), plain)
		}
	}
	return out.Bytes(), nil
}

func licences(dir string) (files []string, err error) {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	for _, e := range entries {
		if e.Type().IsRegular() && licence.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files, err
}
