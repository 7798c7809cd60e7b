package backend_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"

	"vapoflow/vapo/backend"
	"vapoflow/vapo/backend/backendtest"
)

// emptyMachine hides every plugin and setting of the real one; it returns the cache folder.
func emptyMachine(t *testing.T) string {
	cache := t.TempDir()
	t.Setenv("VAPO_CACHE", cache)
	t.Setenv("VAPO_BACKEND", "")
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", t.TempDir())
	return cache
}

func hasXLA(t *testing.T) bool {
	_, err := backend.New("xla:" + filepath.Join(t.TempDir(), "none.so"))
	return !strings.Contains(err.Error(), "this build has no XLA")
}

func mustNew(t *testing.T, spec string) *backend.Choice {
	t.Helper()
	c, err := backend.New(spec)
	if err != nil {
		t.Fatalf("New(%q): %v", spec, err)
	}
	if strings.Contains(c.Line, "\n") || !strings.HasPrefix(c.Line, "backend "+c.Name+": ") {
		t.Errorf("New(%q): not one line that names the backend: %q", spec, c.Line)
	}
	return c
}

func TestAutoWithoutPluginIsGoAtOnce(t *testing.T) {
	emptyMachine(t)
	for _, spec := range []string{"", "auto"} {
		c := mustNew(t, spec)
		fastest := time.Hour // of several: the machine may be busy
		for range 5 {
			start := time.Now()
			mustNew(t, spec)
			fastest = min(fastest, time.Since(start))
		}
		if fastest > 20*time.Millisecond {
			t.Errorf("New(%q) took %v, want milliseconds", spec, fastest)
		}
		if c.Name != "go" {
			t.Errorf("New(%q) = %s on an empty machine, want go", spec, c.Name)
		}
		if hasXLA(t) && !strings.Contains(c.Line, "make xla") {
			t.Errorf("the line does not say how to get XLA: %q", c.Line)
		}
		if !strings.Contains(c.Backend.Description(), "parallelism=-1") {
			t.Errorf("pure Go with a limited pool deadlocks: %s", c.Backend.Description())
		}
	}
}

// A plugin that cannot be used is a note in the line under auto, and an error by name; it never ends the process.
func TestBrokenPlugin(t *testing.T) {
	if !hasXLA(t) {
		t.Skip("this build has no XLA")
	}
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	cases := map[string][]byte{
		"empty":     nil,
		"garbage":   bytes.Repeat([]byte("garbage "), 1000),
		"truncated": self[:len(self)/2], // a sound ELF header, then nothing where sections should be
		"program":   self,               // sound, but no library
	}
	for name, content := range cases {
		t.Run(name, func(t *testing.T) {
			cache := emptyMachine(t)
			plugin := filepath.Join(cache, "xla", "cpu-1", "xla_cpu_pjrt.so")
			if err := os.MkdirAll(filepath.Dir(plugin), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(plugin, content, 0o755); err != nil {
				t.Fatal(err)
			}
			c := mustNew(t, "auto")
			if c.Name != "go" || !strings.Contains(c.Line, plugin) {
				t.Errorf("auto = %q, want go and a note naming %s", c.Line, plugin)
			}
			for _, spec := range []string{"xla", "xla:cpu", "xla:" + plugin} {
				if _, err := backend.New(spec); err == nil || !strings.Contains(err.Error(), plugin) {
					t.Errorf("New(%q): error %v, want one naming %s", spec, err, plugin)
				}
			}
		})
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	emptyMachine(t)
	const choices = "want auto, go, xla, xla:cpu, xla:cuda or xla:/path/to/plugin.so"
	cases := []struct{ spec, want string }{
		{"tpu", choices},
		{"xla:tpu", choices},
		{"go:ops_sequential", choices},
		{"XLA", choices},
	}
	if hasXLA(t) {
		cases = append(cases, []struct{ spec, want string }{
			{"xla:/nonexistent", "/nonexistent"},
			{"xla:./nonexistent.so", "nonexistent.so"},
			{"xla:" + t.TempDir(), "is a folder"},
			{"xla:cpu", "make xla"},
		}...)
	} else {
		cases = append(cases, struct{ spec, want string }{"xla", "this build has no XLA"})
	}
	for _, c := range cases {
		t.Setenv("VAPO_BACKEND", c.spec)
		for _, spec := range []string{c.spec, ""} { // by argument and by environment
			if _, err := backend.New(spec); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("New(%q) with VAPO_BACKEND=%s: error %v, want %q in it", spec, c.spec, err, c.want)
			}
		}
	}
}

func TestArgumentBeatsEnvironment(t *testing.T) {
	emptyMachine(t)
	t.Setenv("VAPO_BACKEND", "tpu")
	if c := mustNew(t, "go"); c.Name != "go" {
		t.Errorf("New(go) = %s", c.Name)
	}
	if c := mustNew(t, "auto"); c.Name != "go" {
		t.Errorf("New(auto) = %s, want go", c.Name)
	}
}

// Every backend found must compute, and in float64 where asked: 1/3 tells the precisions apart.
func TestComputesInFloat64(t *testing.T) {
	backendtest.Each(t, func(t *testing.T, b compute.Backend) {
		got, err := graph.CallOnce(b, func(x *graph.Node) *graph.Node { return graph.Div(x, graph.MulScalar(x, 3)) }, 7.0)
		if err != nil {
			t.Fatal(err)
		}
		if got.Value() != 1.0/3 {
			t.Errorf("7/21 = %v, want %v", got.Value(), 1.0/3)
		}
	})
}

func ExampleNew() {
	choice, err := backend.New("go")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(choice.Name)

	_, err = backend.New("tpu")
	fmt.Println(err)
	// Output:
	// go
	// backend: unknown backend "tpu": want auto, go, xla, xla:cpu, xla:cuda or xla:/path/to/plugin.so
}
