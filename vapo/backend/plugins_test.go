package backend

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// Of several versions the newest comes first, by numbers and not by letters, among folders and among files.
func TestNewestPluginComesFirst(t *testing.T) {
	cache, own := t.TempDir(), t.TempDir()
	t.Setenv("VAPO_CACHE", cache)
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", own)
	var want []string
	for _, name := range []string{"pjrt-0.10.0", "pjrt-0.9.12", "pjrt-0.9.2"} {
		want = append(want, filepath.Join(cache, "xla", name, "xla_cpu_pjrt"+libExt))
	}
	for _, name := range []string{"pjrt_c_api_cpu_v0.100.0_plugin", "pjrt_c_api_cpu_v0.83.1_plugin"} {
		want = append(want, filepath.Join(own, name+libExt))
	}
	for _, file := range want {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if found := find(cpu); !slices.Equal(found, want) {
		t.Errorf("found %v, want %v", found, want)
	}
}

// TestBundledPluginsComeFirst: the folder xla beside the program holds a bundle's plugins, the CUDA ones as pip lays them out.
func TestBundledPluginsComeFirst(t *testing.T) {
	t.Setenv("VAPO_CACHE", t.TempDir())
	beside := bundled()
	if _, err := os.Stat(beside); beside == "" || err == nil {
		t.Fatalf("the test's program has a folder %q already", beside)
	}
	t.Cleanup(func() { os.RemoveAll(beside) })
	for kind, name := range map[string]string{cpu: "xla_cpu_pjrt-1/xla_cpu_pjrt" + libExt, cuda: "cuda/jax_plugins/xla_cuda13/xla_cuda_plugin" + libExt} {
		file := filepath.Join(beside, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if found := find(kind); len(found) == 0 || found[0] != file {
			t.Errorf("%s: found %v, want %s first", kind, found, file)
		}
	}
}
