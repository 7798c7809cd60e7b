package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vapoflow/notebooks/kernel/spec"
)

// TestMain builds the kernel's tools once; as a child process of a test, it is the command itself.
func TestMain(m *testing.M) {
	if os.Getenv("HEADLESS_TEST_COMMAND") != "" {
		main()
	}
	root, err := spec.FindRoot(".")
	if err == nil {
		err = spec.EnsureTools(context.Background(), root, os.Stderr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// newNotebook writes a notebook of code cells to a temporary folder. A cell that starts with "#tag " carries that tag.
func newNotebook(t *testing.T, sources ...string) (path string) {
	t.Helper()
	n := &notebook{metadata: map[string]any{}}
	for _, source := range sources {
		c := &cell{kind: "code", metadata: map[string]any{}, source: source}
		if tag, rest, ok := strings.Cut(source, "\n"); ok && strings.HasPrefix(tag, "#tag ") {
			c.metadata["tags"], c.source = []any{strings.TrimPrefix(tag, "#tag ")}, rest
		}
		n.cells = append(n.cells, c)
	}
	n.nameCells()
	path = filepath.Join(t.TempDir(), "try.ipynb")
	if err := n.write(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// runFile runs one notebook with the repository's kernel, by default with --check and three minutes for a cell.
func runFile(t *testing.T, path string, change func(*runner)) result {
	t.Helper()
	root, err := spec.FindRoot(".")
	if err != nil {
		t.Fatal(err)
	}
	kernel, err := spec.Read(root)
	if err != nil {
		t.Fatal(err)
	}
	n, err := readNotebook(path)
	if err != nil {
		t.Fatal(err)
	}
	r := &runner{kernel: kernel, timeout: 3 * time.Minute, check: true, out: t.TempDir()}
	if change != nil {
		change(r)
	}
	return r.run(t.Context(), n, path)
}

// TestCommandUsage: wrong use is one line on stderr that names the value, and status 2; nothing is run.
func TestCommandUsage(t *testing.T) {
	plain := newNotebook(t, "var x = 1")
	twin := newNotebook(t, "var x = 1")
	tagged := newNotebook(t, "#tag parameters\nvar preset = \"smoke\"\nvar steps = 3")
	cases := []struct {
		args []string
		want string
	}{
		{nil, "at least one .ipynb file"},
		{[]string{"nowhere.ipynb"}, "there is no notebook nowhere.ipynb"},
		{[]string{plain, "--frobnicate"}, "--frobnicate"},
		{[]string{plain, "--jobs", "0"}, "--jobs 0"},
		{[]string{plain, "--timeout", "-1s"}, "--timeout -1s"},
		{[]string{plain, "--timeout", "soon"}, "soon"},
		{[]string{plain, "--set", "preset"}, `--set "preset": want key=value`},
		{[]string{plain, "--set", "preset=quick"}, `no cell tagged "parameters"`},
		{[]string{tagged, "--set", "presett=quick"}, "no such parameter; there is preset, steps"},
		{[]string{tagged, "--set", "steps=many"}, "--set steps=many: want a value of type int"},
		{[]string{plain, twin}, "written to the same file"},
	}
	for _, c := range cases {
		var stdout, stderr bytes.Buffer
		if status := command(t.Context(), c.args, &stdout, &stderr); status != 2 {
			t.Errorf("%q: status %d, want 2", c.args, status)
		}
		if got := stderr.String(); !strings.Contains(got, c.want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%q: stderr %q, want one line with %q", c.args, got, c.want)
		}
	}
}

// TestUnwritableOut: a run that could not write its copies does not start.
func TestUnwritableOut(t *testing.T) {
	path := newNotebook(t, "var x = 1")
	var stdout, stderr bytes.Buffer
	status := command(t.Context(), []string{path, "--out", path + "/out"}, &stdout, &stderr)
	if want := "headless: --out " + path + "/out: "; status != 1 || !strings.HasPrefix(stderr.String(), want) || stdout.Len() > 0 {
		t.Errorf("status %d, %s%s, want 1, %s", status, &stdout, &stderr, want)
	}
}

// TestCommandReports: a summary line for each notebook, a JUnit report, status 1; a file that is no notebook fails alone.
func TestCommandReports(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	good, broken := newNotebook(t, "%noautoget"), filepath.Join(folder, "broken.ipynb")
	if err := os.WriteFile(broken, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	report := filepath.Join(folder, "new", "junit.xml")
	var stdout, stderr bytes.Buffer
	status := command(t.Context(), []string{broken, good, "--jobs", "2", "--junit", report, "--out", folder}, &stdout, &stderr)
	if status != 1 {
		t.Errorf("status %d, want 1; stderr %s", status, &stderr)
	}
	for _, want := range []string{"FAIL  " + broken + ": not a notebook", "ok    " + good + "  1 cells"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("no %q in\n%s", want, &stdout)
		}
	}
	text, err := os.ReadFile(report)
	if err != nil || !strings.Contains(string(text), `<testsuites tests="2" failures="1">`) {
		t.Errorf("JUnit report: %v\n%s", err, text)
	}
}
