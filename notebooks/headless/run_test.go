package main

import (
	"bytes"
	"encoding/base64"
	"image/png"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestGoodNotebook runs a notebook that imports this module, with one parameter changed: what depends on the parameter follows, also
// a variable of a later cell, and the picture that it shows is really there.
func TestGoodNotebook(t *testing.T) {
	t.Parallel()
	out := copies(t)
	done := runFile(t, "testdata/good.ipynb", func(r *runner) { r.settings, r.out = []setting{{"size", "24"}}, out("good") })
	if done.failure != nil {
		t.Fatal(done.failure)
	}
	n, err := readNotebook(done.written)
	if err != nil {
		t.Fatal(err)
	}
	code := n.code()
	var printed, picture string // GoNB carries them on two pipes: either may come first
	for _, output := range code[3].outputs {
		output := output.(map[string]any)
		printed += joined(output["text"])
		if data, ok := output["data"].(map[string]any); ok {
			picture += joined(data["image/png"])
		}
	}
	if printed != "grey 48\n" {
		t.Errorf("printed %q, want %q: the parameter was not followed", printed, "grey 48\n")
	}
	decoded, err := base64.StdEncoding.DecodeString(picture)
	if err != nil {
		t.Fatal(err)
	}
	if size, err := png.DecodeConfig(bytes.NewReader(decoded)); err != nil || size.Width != 24 {
		t.Errorf("picture %+v (%v), want 24 pixels wide", size, err)
	}
	if got := joined(code[4].outputs[0].(map[string]any)["text"]); got != "from the shell\n" {
		t.Errorf("the shell printed %q", got)
	}
	for i, c := range code {
		if c.count == nil || *c.count != i+1 {
			t.Errorf("cell %d: execution count %v", i+1, c.count)
		}
	}
}

// TestSeededFailures: each way to fail gives one line that names cell and, where it can be known, line, and ends the run there.
func TestSeededFailures(t *testing.T) {
	if testing.Short() {
		t.Skip("each case compiles Go")
	}
	cases := []struct {
		name, source string
		timeout      time.Duration
		want         string
	}{
		{"compile", "%%\nx := 1\nfmt.Println(y)", 0, `^cell 2, line 2: declared and not used: x$`},
		{"syntax", "x := 1", 0, `^cell 2, line 1: expected declaration, found x; statements belong below a line %% of their own$`},
		{"panic", "%%\nvar none []int\nfmt.Println(none[5])", 0, `^cell 2, line 3: panic: runtime error: index out of range \[5\]`},
		{"panic inside", "func f(n int) {\n\tif n > 0 {\n\t\tpanic(\"deep\")\n\t}\n}\n%%\nf(0)\nf(1)", 0, `^cell 2, line 3: panic: deep$`},
		{"exit", "%%\nfmt.Fprintln(os.Stderr, \"no luck\")\nos.Exit(3)", 0, `^cell 2: the program ended with exit status 3: no luck$`},
		{"shell", "var a = 1\n!ls /nowhere", 0, `^cell 2, line 2: !ls /nowhere failed: exit status 2: .*/nowhere`},
		{"shell and program", "!exit 7\n%%\nos.Exit(3)", 0, `^cell 2, line 1: !exit 7 failed: exit status 7$`},
		{"program after shell", "!echo fine >&2\n%%\nos.Exit(3)", 0, `^cell 2: the program ended with exit status 3: fine$`},
		{"bash", "%%bash\necho one\nexit 4", 0, `^cell 2: %%bash failed: exit status 4$`},
		{"magic", "\n%nonsuch\nvar a = 1", 0, `^cell 2, line 2: unknown magic %nonsuch$`},
		{"cell magic", "%%html\n<b>", 0, `^cell 2, line 1: unknown magic %%html$`},
		{"misused magic", "%env A", 0, "^cell 2: `%env"},
		{"endless", "%%\nfor {\n}", 4 * time.Second, `^cell 2: still running after 4s \(--timeout\)$`},
		{"killed", "!kill -9 $PPID", 0, `^cell 2: the kernel died \(signal: killed\)$`},
		{"flood", "%%\nline := strings.Repeat(\"x\", 1000)\nfor range 100_000 {\n\tfmt.Println(line)\n}", 0, `^cell 2: more than 8 MB of output$`},
		{"silent", "#tag expect-output\nvar a = 1", 0, `^cell 2: it shows nothing, but should`},
	}
	out := copies(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			path := newNotebook(t, "%noautoget", c.source, "var after = 1")
			done := runFile(t, path, func(r *runner) {
				if c.timeout > 0 {
					r.timeout = c.timeout
				}
				r.inplace, r.out = true, out(c.name)
			})
			if done.failure == nil || !regexp.MustCompile(c.want).MatchString(done.failure.Error()) {
				t.Errorf("failure %v, want %s", done.failure, c.want)
			}
			if line := done.String(); strings.Contains(line, "\n") || !strings.HasPrefix(line, "FAIL  "+path+": cell 2") {
				t.Errorf("summary %q, want one line with notebook and cell", line)
			}
			if !done.cells[1].ran || done.cells[2].ran {
				t.Errorf("cells run: %+v, want the first two", done.cells)
			}
			if done.written == path {
				t.Error("a failed run replaced the notebook itself")
			}
			if info, err := os.Stat(done.written); err != nil || info.Size() > maxOutput+1<<20 {
				t.Errorf("executed copy: %v, %v", info, err)
			}
		})
	}
}

// TestStoredOutputMustComeBack: --check compares with the outputs that the notebook was stored with.
func TestStoredOutputMustComeBack(t *testing.T) {
	t.Parallel()
	path := newNotebook(t, "!true")
	n, err := readNotebook(path)
	if err != nil {
		t.Fatal(err)
	}
	n.cells[0].outputs = []any{map[string]any{"output_type": "stream", "name": "stdout", "text": "before"}}
	if err := n.write(path); err != nil {
		t.Fatal(err)
	}
	if done := runFile(t, path, nil); done.failure == nil || done.failure.cell != 1 {
		t.Errorf("failure %v, want one in cell 1", done.failure)
	}
	done := runFile(t, path, func(r *runner) { r.check, r.inplace = false, true })
	if done.failure != nil || done.written != path {
		t.Errorf("without --check: %v, written to %s", done.failure, done.written)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("temporary files left: %v", left)
	}
}
