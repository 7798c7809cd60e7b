package main

import (
	"strings"
	"testing"
)

// Pure Go has one device, and --devices says so before anything is done.
func TestDevicesOfPureGo(t *testing.T) {
	isolate(t)
	for _, args := range [][]string{
		{"run", "fig1", "--preset", "smoke"}, {"sample", "--run", "oracle:ring8", "--out", "x.npz"}, {"score", "--run", "oracle:ring8", "--input", "x.npz", "--out", "y.npz"},
	} {
		code, _, stderr := command(t, append(args, "--backend", "go", "--devices", "2")...)
		if code != exitUsage || !strings.Contains(stderr, "--devices 2: ") || !strings.Contains(stderr, "go has one") {
			t.Errorf("%v: exit code %d: %s", args, code, stderr)
		}
	}
}
