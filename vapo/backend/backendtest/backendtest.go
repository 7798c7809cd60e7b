// Package backendtest gives tests the backends of this machine, each started once per process.
package backendtest

import (
	"os"
	"sync"
	"testing"

	"github.com/gomlx/compute"

	"vapoflow/vapo/backend"
)

// found holds pure Go and, where a plugin opens, XLA.
var found = sync.OnceValue(func() []compute.Backend {
	all := []compute.Backend{backend.Host()}
	spec := os.Getenv(backend.EnvSpec)
	switch spec {
	case "go":
		return all
	case "", "auto":
		spec = "xla"
	}
	if c, err := backend.New(spec); err == nil {
		all = append(all, c.Backend)
	}
	return all
})

// All returns pure Go and, where a plugin opens, XLA. VAPO_BACKEND=go leaves pure Go alone,
// VAPO_BACKEND=xla:/path/plugin.so names the other. Do not finalise them.
func All(t testing.TB) []compute.Backend {
	t.Helper()
	if all := found(); len(all) > 1 {
		return all
	}
	t.Log("backendtest: no XLA plugin here, testing pure Go alone")
	return found()
}

// Each runs f as a subtest on each backend of All, named "go" or "xla".
func Each(t *testing.T, f func(t *testing.T, b compute.Backend)) {
	t.Helper()
	for _, b := range All(t) {
		name := "xla"
		if b == backend.Host() {
			name = "go"
		}
		t.Run(name, func(t *testing.T) { f(t, b) })
	}
}

// Four returns a backend that shares its work among four devices, and the same backend alone, or skips the test where none has as
// many.
func Four(t testing.TB) (four, one compute.Backend) {
	t.Helper()
	for _, b := range All(t) {
		if four, err := backend.Over(b, 4); err == nil {
			return four, b
		}
	}
	t.Skip("backendtest: no backend here has four devices")
	return nil, nil
}
