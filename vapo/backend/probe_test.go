package backend

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Plugins that hang, crash or exit as they are opened take nothing with them: auto computes in Go and says why, and the second
// time it asks no child.
func TestHostilePlugins(t *testing.T) {
	if xlaMissing != "" {
		t.Skip(xlaMissing)
	}
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("no C compiler")
	}
	defer func(limit time.Duration) { probeLimit = limit }(probeLimit)
	for name, want := range map[string]string{"sleeps": "took more than", "crashes": "SIGSEGV", "exits": "ends the process", "empty": "does not open"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("VAPO_CACHE", t.TempDir())
			t.Setenv("VAPO_BACKEND", "")
			t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", dir)
			plugin := filepath.Join(dir, "pjrt_c_api_cpu_plugin"+libExt)
			if out, err := exec.Command(cc, "-shared", "-fPIC", "-o", plugin, filepath.Join("testdata", name+".c")).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			probeLimit = 20 * time.Second
			if name == "sleeps" {
				probeLimit = 500 * time.Millisecond
			}
			for _, again := range []bool{false, true} {
				c, err := New("auto")
				if err != nil || c.Name != "go" || !strings.Contains(c.Line, want) ||
					strings.Contains(c.Line, "found before") != again {
					t.Fatalf("again %v: %v, %v; want pure Go because it %q", again, c, err, want)
				}
				if _, err := New("xla:" + plugin); err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("by name: %v", err)
				}
			}
			later := time.Now().Add(time.Minute) // another file: it is asked again
			if err := os.Chtimes(plugin, later, later); err != nil {
				t.Fatal(err)
			}
			if c, err := New("auto"); err != nil || strings.Contains(c.Line, "found before") {
				t.Errorf("a plugin that was replaced: %v, %v", c, err)
			}
		})
	}
}
