package backend

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/gomlx/compute"
)

// EnvSpec names the environment variable that New("") reads before it falls back to "auto".
const EnvSpec = "VAPO_BACKEND"

// choices is what an error shows when a name is not one of them.
const choices = "auto, go, xla, xla:cpu, xla:cuda or xla:/path/to/plugin.so"

// Choice is a backend ready to compute, and why it is this one.
type Choice struct {
	Backend compute.Backend
	Name    string // "xla:cuda", "xla:cpu", "xla:plugin" (neither by its own account) or "go"
	Detail  string // what it is and why: devices, plugin path, what was passed over
	Line    string // "backend NAME: DETAIL", for people; never holds a line break
}

// newChoice joins what is known about a backend into its one line.
func newChoice(b compute.Backend, name string, details ...string) *Choice {
	var kept []string
	for _, d := range details {
		if d != "" {
			kept = append(kept, strings.Join(strings.Fields(d), " "))
		}
	}
	detail := strings.Join(kept, "; ")
	names.Store(b, name)
	return &Choice{Backend: b, Name: name, Detail: detail, Line: "backend " + name + ": " + detail}
}

// names are those of the choices by their backends: GoMLX calls XLA on a CPU and on a GPU the same.
var names sync.Map

// NameOf is [Choice.Name] of a backend: what a record says of where something was computed. One that this package did not open
// has GoMLX's name. One that shares its work among devices has their number, for sums over several have other last digits:
// "xla:cpu×4".
func NameOf(b compute.Backend) string {
	if all := Devices(b); len(all) > 1 {
		return fmt.Sprintf("%s×%d", NameOf(Whole(b)), len(all))
	}
	if name, ok := names.Load(b); ok {
		return name.(string)
	}
	if b == Host() {
		return "go"
	}
	return b.Name()
}

// New returns the backend that spec names (see the package comment); "" stands for $VAPO_BACKEND, then "auto".
// Only "auto" falls back: a backend asked for by name that cannot be had is an error saying where it was looked for.
func New(spec string) (*Choice, error) {
	if spec == "" {
		spec = os.Getenv(EnvSpec)
	}
	kind, plugin, _ := strings.Cut(spec, ":")
	switch {
	case spec == "" || spec == "auto":
		return newAuto()
	case spec == "go":
		return newGo("asked for by name")
	case kind != "xla":
		return nil, fmt.Errorf("backend: unknown backend %q: want %s", spec, choices)
	case plugin == "" || plugin == cuda || plugin == cpu:
		return newXLA(spec, plugin)
	case isPath(plugin):
		return openPath(spec, plugin)
	}
	return nil, fmt.Errorf("backend: unknown XLA plugin %q in %q: want %s", plugin, spec, choices)
}

// isPath tells a plugin's file from a misspelt name.
func isPath(s string) bool {
	return strings.ContainsRune(s, os.PathSeparator) || strings.ContainsRune(s, '/') || filepath.Ext(s) != ""
}

// newAuto takes the first plugin that opens, else pure Go, and keeps every reason for the line.
func newAuto() (*Choice, error) {
	if xlaMissing != "" {
		return newGo(xlaMissing)
	}
	plugins, notes := candidates("")
	c, failures := firstThatOpens(plugins, notes)
	if c != nil {
		return c, nil
	}
	notes = append(notes, failures...)
	if len(plugins) == 0 {
		notes = append(notes, "no XLA plugin found, `make xla` fetches the CPU one")
	}
	return newGo(notes...)
}

// newXLA opens a plugin of the kind asked for ("" for any), or says why none opened.
func newXLA(spec, kind string) (*Choice, error) {
	if xlaMissing != "" {
		return nil, fmt.Errorf("backend: %q asked for, but %s", spec, xlaMissing)
	}
	plugins, notes := candidates(kind)
	c, failures := firstThatOpens(plugins, notes)
	if c != nil {
		return c, nil
	}
	notes = append(notes, failures...)
	if len(plugins) == 0 {
		notes = append(notes, fmt.Sprintf("no plugin found in %s", strings.Join(SearchPath(), ", ")),
			"`make xla` fetches the CPU one, xla:/path/to/plugin.so names any")
	}
	return nil, fmt.Errorf("backend: %q cannot be used: %s", spec, strings.Join(notes, "; "))
}

// openPath opens the plugin in one named file.
func openPath(spec, path string) (*Choice, error) {
	if xlaMissing != "" {
		return nil, fmt.Errorf("backend: %q asked for, but %s", spec, xlaMissing)
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("backend: %q: %w", spec, err)
	}
	c, err := open(path, "asked for by name")
	if err != nil {
		return nil, fmt.Errorf("backend: %q cannot be used: %w", spec, err)
	}
	return c, nil
}

// firstThatOpens tries the plugins in order; failures holds one line for each that did not open.
func firstThatOpens(plugins, notes []string) (c *Choice, failures []string) {
	for _, path := range plugins {
		c, err := open(path, append(notes, failures...)...)
		if err == nil {
			return c, nil
		}
		failures = append(failures, err.Error())
	}
	return nil, failures
}

// open checks the plugin's file and starts a client on it; notes are added to the line.
func open(path string, notes ...string) (*Choice, error) {
	if err := checkPlugin(path); err != nil {
		return nil, err
	}
	nameCUDA(path)
	defer sayLate(path)()
	if err := probe(path); err != nil {
		return nil, err
	}
	b, err := openXLA(path)
	if err != nil {
		return nil, fmt.Errorf("XLA plugin %s does not open: %w", path, innermost(err))
	}
	n := b.NumDevices()
	if n == 0 {
		b.Finalize()
		return nil, fmt.Errorf("XLA plugin %s shows no device", path)
	}
	devices := "1 device"
	if n > 1 {
		devices = fmt.Sprintf("%d devices", n)
	}
	name, flags := "xla:"+platform(b.DeviceDescription(0)), ""
	if set := os.Getenv("XLA_FLAGS"); set != "" {
		flags = "XLA_FLAGS=" + set
	}
	return newChoice(b, name, append([]string{devices + ", " + path, flags}, notes...)...), nil
}

// innermost drops the context that go-xla wraps around the loader's message: it repeats the path three times.
func innermost(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil {
			return err
		}
		err = inner
	}
}

// platform reads the kind of device off PJRT's description of it.
func platform(description string) string {
	switch d := strings.ToLower(description); {
	case strings.Contains(d, "cuda"), strings.Contains(d, "nvidia"):
		return cuda
	case strings.Contains(d, "cpu"):
		return cpu
	}
	return "plugin"
}
