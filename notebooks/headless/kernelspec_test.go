package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestSpec: the checked-in kernelspec names no absolute path, and its workspace is the module around it.
func TestSpec(t *testing.T) {
	root, err := findRoot("testdata")
	if err != nil {
		t.Fatal(err)
	}
	spec, err := readSpec(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, arg := range spec.Argv {
		if filepath.IsAbs(arg) {
			t.Errorf("the absolute path %s is in kernel.json", arg)
		}
	}
	var roots int
	for _, arg := range spec.argv("connection.json") {
		if strings.HasPrefix(arg, spec.folder) && filepath.Clean(arg) == root {
			roots++
		}
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil || roots != 1 {
		t.Errorf("argv %q does not name the module at %s: %v", spec.argv("connection.json"), root, err)
	}
	if _, err := findRoot("/"); err == nil {
		t.Error("a kernelspec was found at /")
	}
}

// TestStaleTools: tools are built when one is missing or go.mod is newer, and only then.
func TestStaleTools(t *testing.T) {
	root := t.TempDir()
	put := func(name string, age time.Duration) {
		path := filepath.Join(root, name)
		if err := writeAtomically(path, nil); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string) {
		t.Helper()
		if got, err := staleTools(root); err != nil || got != want {
			t.Errorf("reason %q, %v, want %q", got, err, want)
		}
	}
	put("go.mod", time.Hour)
	put(".bin/gonb", time.Minute)
	expect("goimports is missing")
	put(".bin/goimports", 2*time.Hour)
	expect("go.mod is newer")
	put(".bin/goimports", time.Minute)
	expect("")
}
