package backend

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The CUDA plugin that JAX's package brings is found through the python3 on the PATH, and XLA is told where its compiler's files
// lie.
func TestPluginOfJAXIsFound(t *testing.T) {
	bin, site := t.TempDir(), t.TempDir()
	plugin := filepath.Join(site, "jax_plugins", "xla_cuda12", "xla_cuda_plugin"+libExt)
	nvcc := filepath.Join(site, "nvidia", "cuda_nvcc")
	for _, dir := range []string{filepath.Dir(plugin), nvcc} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(plugin, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho\necho /nonexistent\necho " + site + "\n"
	if err := os.WriteFile(filepath.Join(bin, "python3"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin)
	t.Setenv("VAPO_CACHE", t.TempDir())
	if found := find(cuda); !slices.Contains(found, plugin) {
		t.Errorf("found %v, want %s among them", found, plugin)
	}
	if found := find(cpu); slices.Contains(found, plugin) {
		t.Errorf("a CUDA plugin is among those for the CPU: %v", found)
	}

	t.Setenv("XLA_FLAGS", "--other")
	nameCUDA(plugin)
	if flags := os.Getenv("XLA_FLAGS"); !strings.HasPrefix(flags, "--other ") || !strings.Contains(flags, "cuda_nvcc") {
		t.Errorf("XLA_FLAGS is %q, want the folder of nvcc after what was there", flags)
	}
	t.Setenv("XLA_FLAGS", "--xla_gpu_cuda_data_dir=/mine")
	nameCUDA(plugin)
	if flags := os.Getenv("XLA_FLAGS"); flags != "--xla_gpu_cuda_data_dir=/mine" {
		t.Errorf("the user's own folder was replaced: %q", flags)
	}
	t.Setenv("PATH", t.TempDir())
	if found := find(cuda); slices.Contains(found, plugin) {
		t.Error("found without python3")
	}
}
