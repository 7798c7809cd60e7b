package spec

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func repository(t *testing.T) (root string, s Spec) {
	t.Helper()
	root, err := FindRoot("..")
	if err == nil {
		s, err = Read(root)
	}
	if err != nil {
		t.Fatal(err)
	}
	return root, s
}

// TestCommand: the checked-in kernelspec names no absolute path, and its workspace is the module around it.
func TestCommand(t *testing.T) {
	root, s := repository(t)
	for _, arg := range s.Argv {
		if filepath.IsAbs(arg) {
			t.Errorf("the absolute path %s is in kernel.json", arg)
		}
	}
	var roots int
	for _, arg := range s.Command("connection.json") {
		if strings.HasPrefix(arg, s.folder) && filepath.Clean(arg) == root {
			roots++
		}
	}
	if _, err := os.Stat(filepath.Join(root, "go.mod")); err != nil || roots != 1 {
		t.Errorf("%q does not name the module at %s: %v", s.Command("connection.json"), root, err)
	}
	if _, err := FindRoot("/"); err == nil {
		t.Error("a kernelspec was found at /")
	}
}

// TestAbsolute: the installed kernelspec depends on no folder but the root, and leaves the connection file to Jupyter.
func TestAbsolute(t *testing.T) {
	root, s := repository(t)
	argv := strings.Join(s.Absolute().Argv, "\n") + "\n"
	if !strings.Contains(argv, "\n"+root+"\n") || strings.Contains(argv, "resource_dir") || !strings.Contains(argv, "\n{connection_file}\n") {
		t.Errorf("argv\n%s", argv)
	}
}

// TestStale: tools are built when one is missing or go.mod is newer, and only then.
func TestStale(t *testing.T) {
	root := t.TempDir()
	bin := filepath.Join(root, ".bin")
	if err := os.Mkdir(bin, 0o700); err != nil {
		t.Fatal(err)
	}
	put := func(name string, age time.Duration) {
		path := filepath.Join(root, name)
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, time.Time{}, time.Now().Add(-age)); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want string) {
		t.Helper()
		if got, err := stale(root, bin, "gonb", "goimports"); err != nil || got != want {
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
