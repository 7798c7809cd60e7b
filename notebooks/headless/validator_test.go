package main

import (
	"os/exec"
	"path/filepath"
	"testing"

	"vapoflow/notebooks/kernel/spec"
)

// validate has the reference implementation of the format, Python's nbformat, check notebooks: that of make lab's environment, or
// of python3. Where there is none it says so and checks nothing.
func validate(t *testing.T, paths []string) {
	t.Helper()
	root, err := spec.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, python := range []string{filepath.Join(root, ".cache", "lab", "bin", "python"), "python3"} {
		if exec.Command(python, "-c", "import nbformat").Run() != nil {
			continue
		}
		const script = `
import json, nbformat, sys
for path in sys.argv[1:]:
    notebook = json.load(open(path))
    try:
        nbformat.validate(notebook, relax_add_props=False)
    except nbformat.ValidationError as error:
        print(path, str(error).splitlines()[0])
    if (notebook["nbformat"], notebook["nbformat_minor"]) != (4, 5):
        print(path, "is not nbformat 4.5")
`
		complaints, err := exec.Command(python, append([]string{"-c", script}, paths...)...).CombinedOutput()
		if err != nil || len(complaints) > 0 {
			t.Errorf("nbformat complains (%v): %s", err, complaints)
		}
		return
	}
	t.Log("no Python with nbformat: executed copies are not checked by the reference validator (make lab installs one)")
}

// TestStoredNotebooks: the notebooks of the repository are valid.
func TestStoredNotebooks(t *testing.T) {
	t.Parallel()
	stored, err := filepath.Glob("../*.ipynb")
	if err != nil || len(stored) == 0 {
		t.Fatal(err, "no notebooks")
	}
	validate(t, stored)
}

// copies are where the executed copies of a test's runs go, to be validated together when the test and its parts have ended.
func copies(t *testing.T) (folder func(name string) string) {
	t.Helper()
	all := t.TempDir()
	t.Cleanup(func() {
		written, err := filepath.Glob(filepath.Join(all, "*", "*.ipynb"))
		if err != nil || len(written) == 0 {
			t.Error(err, "no executed copy")
		}
		validate(t, written)
	})
	return func(name string) string { return filepath.Join(all, name) }
}
