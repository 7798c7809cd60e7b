package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"vapoflow/notebooks/kernel/spec"
)

// TestInstall: what is installed has the repository's name for the kernel, and starts in that repository.
func TestInstall(t *testing.T) {
	root, err := spec.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	for range 2 { // again over itself
		if _, err := install(root, data); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(filepath.Join(data, "kernels", "vapo", "kernel.json"))
	if err != nil {
		t.Fatal(err)
	}
	var installed spec.Spec
	if err := json.Unmarshal(text, &installed); err != nil {
		t.Fatal(err)
	}
	if installed.Display != "Go (VAPO)" || installed.Interrupt != "message" || installed.Argv[4] != root {
		t.Errorf("installed %+v, want the root %s as fifth argument", installed, root)
	}
}

func TestDataDir(t *testing.T) {
	for _, c := range []struct {
		system string
		env    map[string]string
		want   string
	}{
		{"linux", map[string]string{"HOME": "/h"}, "/h/.local/share/jupyter"},
		{"linux", map[string]string{"HOME": "/h", "XDG_DATA_HOME": "/x"}, "/x/jupyter"},
		{"darwin", map[string]string{"HOME": "/h", "XDG_DATA_HOME": "/x"}, "/h/Library/Jupyter"},
		{"darwin", map[string]string{"HOME": "/h", "JUPYTER_DATA_DIR": "/d"}, "/d"},
		{"linux", nil, ""},
	} {
		got, err := dataDir(c.system, func(name string) string { return c.env[name] })
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s %v: %q, %v, want %q", c.system, c.env, got, err, c.want)
		}
	}
}
