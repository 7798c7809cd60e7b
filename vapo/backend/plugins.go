package backend

import (
	"cmp"
	"debug/elf"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"vapoflow/internal/cachedir"
)

// The kinds of XLA plugin that are looked for, by the name they have in a specification.
const (
	cuda = "cuda"
	cpu  = "cpu"
)

// patterns are the names plugins have: go-xla's, then those in the Python packages.
var patterns = map[string][]string{
	cuda: {"pjrt_c_api_cuda*_plugin" + libExt, "pjrt[-_]plugin[-_]cuda*" + libExt, "xla_cuda_plugin" + libExt},
	cpu:  {"pjrt_c_api_cpu*_plugin" + libExt, "pjrt[-_]plugin[-_]cpu*" + libExt, "xla_cpu_pjrt" + libExt},
}

// SearchPath lists the folders searched for plugins, first to last: those of the folder xla beside the program, as `make bundle`
// lays it out, those that `make xla` fills, then $PJRT_PLUGIN_LIBRARY_PATH or, where that is not set, go-xla's own folders. CUDA
// plugins are then looked for in JAX's Python package.
func SearchPath() []string {
	var dirs []string
	if beside := bundled(); beside != "" {
		dirs = append(newestFirst(filepath.Join(beside, "*")), newestFirst(filepath.Join(beside, "*", "jax_plugins", "xla_cuda*"))...)
	}
	if cache := cachedir.Dir(); cache != "" {
		versions := newestFirst(filepath.Join(cache, "xla", "*")) // one folder per version of the plugin
		dirs = append(dirs, versions...)
		if len(versions) == 0 {
			dirs = append(dirs, filepath.Join(cache, "xla"))
		}
	}
	if path := os.Getenv("PJRT_PLUGIN_LIBRARY_PATH"); path != "" {
		return append(dirs, filepath.SplitList(path)...)
	}
	if home, err := os.UserHomeDir(); err == nil {
		lib := filepath.Join(home, goXLADir)
		dirs = append(dirs, lib, filepath.Join(lib, "nvidia"))
	}
	return append(dirs, "/usr/local/lib/go-xla", "/usr/local/lib/go-xla/nvidia")
}

// bundled is the folder xla beside the program.
func bundled() string {
	program, err := os.Executable()
	if err != nil {
		return ""
	}
	return filepath.Join(filepath.Dir(program), "xla")
}

// candidates lists the plugins worth trying for kind ("" for CUDA, then CPU); notes says why CUDA is not among them.
func candidates(kind string) (plugins, notes []string) {
	kinds := []string{kind}
	if kind == "" {
		kinds = []string{cuda, cpu}
	}
	for _, k := range kinds {
		if k == cuda && !hasGPU() {
			notes = append(notes, "no NVIDIA GPU")
			continue
		}
		found := find(k)
		if k == cuda && len(found) == 0 {
			notes = append(notes, "an NVIDIA GPU but no CUDA plugin")
		}
		plugins = append(plugins, found...)
	}
	return plugins, notes
}

// find lists the plugins of one kind by absolute path, in the order of the search path.
func find(kind string) (paths []string) {
	folders := SearchPath()
	if kind == cuda {
		folders = append(folders, jaxFolders()...)
	}
	for _, dir := range folders {
		dir, err := filepath.Abs(dir)
		if err != nil {
			continue
		}
		for _, pattern := range patterns[kind] {
			paths = append(paths, newestFirst(filepath.Join(dir, pattern))...)
		}
	}
	return paths
}

var number = regexp.MustCompile("[0-9]+")

// newestFirst lists the files that match a pattern by the numbers in their names, the highest version first: 0.10 comes before
// 0.9.
func newestFirst(pattern string) []string {
	paths, _ := filepath.Glob(pattern) // fails on a bad pattern only
	slices.SortStableFunc(paths, func(a, b string) int {
		return slices.CompareFunc(number.FindAllString(b, -1), number.FindAllString(a, -1), func(x, y string) int {
			x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
			return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y))
		})
	})
	return paths
}

// hasGPU looks for the driver's device files: a plugin without a GPU may take seconds to fail, this takes microseconds.
func hasGPU() bool {
	for _, pattern := range []string{"/dev/nvidia[0-9]*", "/dev/dxg"} { // dxg: Linux inside Windows
		if matches, _ := filepath.Glob(pattern); len(matches) > 0 {
			return true
		}
	}
	return false
}

// checkPlugin refuses a file that the dynamic loader cannot be trusted with: it maps a truncated library without
// complaint, and the process then dies of SIGBUS. The section table closes an ELF file, so reading it finds the cut.
func checkPlugin(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("XLA plugin %s: %w", path, err)
	}
	if info.IsDir() {
		return fmt.Errorf("XLA plugin %s is a folder: name the file in it", path)
	}
	if runtime.GOOS != "linux" {
		return nil
	}
	f, err := elf.Open(path)
	if err != nil {
		return fmt.Errorf("XLA plugin %s is damaged or no shared library, delete it and run `make xla`: %w", path, err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type == elf.PT_LOAD && p.Off+p.Filesz > uint64(info.Size()) {
			return fmt.Errorf("XLA plugin %s is cut short at %d bytes: delete it and run `make xla`", path, info.Size())
		}
	}
	return nil
}
